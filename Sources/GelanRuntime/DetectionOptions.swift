import Detection
import Kernels

/// What an `ObjectDetector` reports, and the input size that it uses.
public struct DetectionOptions: Sendable, Hashable {
  /// The probability that an object's class must exceed.
  public var confidence: Float
  /// Of two boxes of one class whose intersection over union exceeds this, the less probable one is dropped.
  public var overlap: Double
  /// The greatest number of objects reported for an image; the most probable ones are kept.
  public var maximumDetections: Int
  /// The size of the network's input.
  public var input: InputShape
  /// The element type of convolutions' operands and of feature maps.
  public var precision: InferencePrecision
  /// Which classes a box is reported for: the most probable one, or, to measure precision, every one.
  package var labels = SelectionOptions.Labels.best
  /// The classes that are reported; `nil` for all.
  package var classes: Set<Int>?
  /// The instruction set that the network uses; a lesser one for comparisons.
  package var instructions = InstructionSet.best

  /// The size of the network's input for an image, which is scaled to fit and keeps its aspect ratio unless stretched.
  public enum InputShape: Sendable, Hashable {
    /// As large as the plan's own size allows, with no more border than the network needs: the sides are the least
    /// multiples of the plan's `heightMultiple` and `widthMultiple` that hold the scaled image. This is the fastest, and
    /// what the official code does for single images.
    case rectangle
    /// The size that the plan was compiled for, padded with grey.
    case square
    /// A size in pixels, padded with grey.
    case fixed(height: Int, width: Int)
    /// A size in pixels that the image fills without keeping its aspect ratio: for networks that were trained so.
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
