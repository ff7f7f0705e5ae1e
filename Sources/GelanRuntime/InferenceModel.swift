import ModelIR
import Runtime

/// A plan that `gelan compile` wrote, opened: its weights are mapped from the file, not copied.
///
/// A model is a value that threads share freely. Sessions and detectors compute, one for each thread; all of them
/// read this one set of weights.
///
/// ```swift
/// let model = try InferenceModel(path: "gelan-c.plan")
/// ```
public struct InferenceModel: Sendable {
  let base: LoadedPlan
  /// The name in messages.
  let path: String

  /// Opens a plan file and checks all of it.
  ///
  /// - Throws: `InferenceError.file` if the file cannot be read, `.plan` if it is not a plan that can be run.
  public init(path: String) throws(InferenceError) {
    do throws(ModelError) {
      base = try LoadedPlan(path: path)
    } catch {
      throw InferenceError(opening: error)
    }
    self.path = path
  }

  /// The model's name.
  public var name: String { base.plan.name }

  /// The names of the classes, by their index.
  public var classNames: [String] { base.plan.classNames }

  /// The height of the input, in pixels, that the plan was compiled for. Sessions may have other sizes.
  public var inputHeight: Int { base.plan.input.height }

  /// The width of the input, in pixels, that the plan was compiled for.
  public var inputWidth: Int { base.plan.input.width }

  /// Legal input heights are the positive multiples of this.
  public var heightMultiple: Int { base.plan.input.heightMultiple }

  /// Legal input widths are the positive multiples of this.
  public var widthMultiple: Int { base.plan.input.widthMultiple }

  /// The names of the outputs, in order.
  public var outputNames: [String] { base.plan.outputs.map(\.name) }

  /// Whether the plan takes RGB images and its first output predicts boxes, so that an `ObjectDetector` can use it.
  public var isDetector: Bool { detections != nil }

  /// What the detections of the first output are; `nil` if the model is no detector.
  var detections: DetectionContract? { base.plan.input.channels == 3 ? base.plan.outputs[0].detections : nil }
}
