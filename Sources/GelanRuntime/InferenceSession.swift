import Kernels
import Runtime

/// A model with the memory to run it at one input size: tensors in, tensors out.
///
/// A session belongs to one thread at a time, which the compiler enforces: it is not `Sendable`. Sessions on several
/// threads share the weights of their model.
///
/// ```swift
/// let session = try InferenceSession(model, height: 480, width: 640, threads: 2)
/// let predictions = try session.run(pixels)[0]          // (4 + classes) × anchors
/// ```
public final class InferenceSession {
  let base: Session

  /// Opens a model at a size.
  ///
  /// - Parameters:
  ///   - model: The plan to run; sessions share its weights.
  ///   - height: In pixels, a multiple of the model's `heightMultiple`; `nil` for the size that it was compiled for.
  ///   - width: In pixels, a multiple of the model's `widthMultiple`; `nil` for the size that it was compiled for.
  ///   - batch: The number of images of a run, at least one.
  ///   - threads: The number of threads that a run may use, at least one.
  ///   - precision: The element type of convolutions' operands and of feature maps.
  /// - Throws: `InferenceError.size` if the size is not legal or needs more memory than there is, `.precision` if the
  ///   processor does not support it.
  public convenience init(
    _ model: InferenceModel, height: Int? = nil, width: Int? = nil, batch: Int = 1, threads: Int = 1,
    precision: InferencePrecision = .fp32
  ) throws(InferenceError) {
    try self.init(
      model, height: height, width: width, batch: batch, threads: threads, instructions: .best, precision: precision)
  }

  /// Opens a model at a size, for some or all of the processor's instructions.
  package init(
    _ model: InferenceModel, height: Int? = nil, width: Int? = nil, batch: Int = 1, threads: Int,
    instructions: InstructionSet, precision: InferencePrecision
  ) throws(InferenceError) {
    precondition(threads >= 1, "a session needs a thread")
    precondition(batch >= 1, "a run takes an image")
    try precision.check(instructions)
    do throws(ModelError) {
      base = try Session(
        model.base, height: height, width: width, batch: batch, threads: threads, instructions: instructions,
        precision: precision.base)
    } catch {
      throw .size("\(model.path): \(error.description)")
    }
  }

  /// The number of images of a run.
  public var batch: Int { base.batch }

  /// The shape of one image of the input: channels, height, width.
  public var inputShape: [Int] { base.inputShape }

  /// The number of outputs.
  public var outputCount: Int { base.plan.outputs.count }

  /// The shape of an output for one image, such as `[84, 8400]`: the centre, width and height of a box in pixels and the
  /// probability of each class, for every anchor.
  public func outputShape(_ index: Int) -> [Int] {
    precondition(base.plan.outputs.indices.contains(index), "the plan has no output \(index)")
    return base.outputShape(index)
  }

  /// The memory of the input, to be filled before `run()`: NCHW, values from 0 to 1.
  ///
  /// Valid while the session lives. What a run leaves in it is not specified.
  public var input: UnsafeMutableBufferPointer<Float> { base.input }

  /// Computes the outputs for the values in `input`.
  public func run() { base.run() }

  /// The memory of an output, image by image in the order of its shape; valid until the next run, while the session lives.
  public func output(_ index: Int) -> UnsafeBufferPointer<Float> {
    precondition(base.plan.outputs.indices.contains(index), "the plan has no output \(index)")
    return base.output(index)
  }

  /// Computes every output of an input, copying both.
  ///
  /// - Throws: `InferenceError.size` if the number of values is not that of `batch` and `inputShape`.
  public func run(_ values: [Float]) throws(InferenceError) -> [[Float]] {
    guard values.count == input.count else {
      throw .size("the input has \([batch] + inputShape) = \(input.count) values, not \(values.count)")
    }
    _ = input.update(fromContentsOf: values)
    run()
    return (0..<outputCount).map { Array(output($0)) }
  }
}
