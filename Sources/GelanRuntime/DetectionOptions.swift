import Detection
import Kernels

/// What an `ObjectDetector` reports, and at which size it looks.
public struct DetectionOptions: Sendable, Hashable {
  /// The probability that an object's class must exceed.
  public var confidence: Float
  /// Of two boxes of one class whose intersection over union exceeds this, the less probable one is dropped.
  public var overlap: Double
  /// The most objects reported for a picture, the most probable ones.
  public var maximumDetections: Int
  /// The size of the network's input.
  public var input: InputShape
  /// What convolutions may round to before they multiply, and maps be kept in.
  public var precision: InferencePrecision
  /// Which classes a box is reported for: the most probable one, or, to measure precision, every one.
  package var labels = SelectionOptions.Labels.best
  /// The classes that are reported; nothing for all.
  package var classes: Set<Int>?
  /// What the network may use of the processor: less than all to compare with, or to tell what another machine will do.
  package var instructions = InstructionSet.best

  /// The size of the network's input for a picture, which is scaled to fit; without distortion, unless it is stretched.
  public enum InputShape: Sendable, Hashable {
    /// As large as the plan's own size allows, with no more border than the network needs: the sides are the least
    /// multiples of the plan's `heightMultiple` and `widthMultiple` that hold the scaled picture. The fastest, and what
    /// the official code does for single pictures.
    case rectangle
    /// The size that the plan was compiled for, the rest of it grey.
    case square
    /// A size in pixels, the rest of it grey.
    case fixed(height: Int, width: Int)
    /// A size in pixels that the picture fills, whatever becomes of its shape: for networks that were trained so.
    case stretched(height: Int, width: Int)
  }

  public init(
    confidence: Float = 0.25, overlap: Double = 0.45, maximumDetections: Int = 300, input: InputShape = .rectangle,
    precision: InferencePrecision = .fp32
  ) {
    self.confidence = confidence
    self.overlap = overlap
    self.maximumDetections = maximumDetections
    self.input = input
    self.precision = precision
  }
}
