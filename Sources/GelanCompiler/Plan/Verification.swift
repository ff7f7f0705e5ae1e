import Compiler
import ModelIR
import Runtime

/// How far a plan is from the training graph that it was made from, on made-up images.
struct Verification {
  /// The size of the images, in pixels.
  let size: InputSize
  let difference: OutputDifference

  /// What a plan may differ by. In single precision a fused network and an unfused one are some 10⁻³ pixels apart.
  static let pixelBound: Float = 0.05
  static let probabilityBound: Float = 2e-4
  static let images = 2

  /// Runs the graph, unfused, and the plan on the same images.
  ///
  /// - Parameter graph: The graph that the weights are bound to.
  init(
    of bound: BoundPlan, against graph: Graph, _ checkpoint: Checkpoint, _ options: CompileOptions
  ) throws(CompilerError) {
    let reference = try bind(unfusedPlan(of: graph), from: graph, checkpoint, weights: "the checkpoint")
    size = Self.imageSize(for: bound.plan)
    do throws(ModelError) {
      difference = try OutputDifference(
        between: LoadedPlan(plan: reference.plan, tensors: reference.tensors),
        and: LoadedPlan(plan: bound.plan, tensors: bound.tensors), height: size.height, width: size.width,
        images: Self.images, threads: options.threadCount, instructions: options.instructions)
    } catch {
      throw CompilerError(error)
    }
  }

  var isWithinBounds: Bool {
    // An output that is no detections may hold distances in pixels, so it gets their bound.
    (difference.pixels ?? 0) <= Self.pixelBound && (difference.value ?? 0) <= Self.pixelBound
      && (difference.probability ?? 0) <= Self.probabilityBound
  }

  /// Refuses a plan that is too far from its graph.
  func check() throws(CompilerError) {
    guard !isWithinBounds else { return }
    throw .verification(
      "\(text); allowed are \(Self.pixelBound) px and \(Self.probabilityBound)\n  "
        + "likely: the weights are extreme, or this is a fault of ours; please report it with the model")
  }

  /// The differences in words.
  var text: String {
    "largest difference from the unfused training graph, on \(Self.images) made-up images of "
      + "\(size.height)x\(size.width): \(difference.description)"
  }

  /// A small size that the plan can run at, a little wider than high; its own when that is smaller.
  private static func imageSize(for plan: Plan) -> InputSize {
    let input = plan.input
    for least in [128, 256, 512] {
      let height = (least + input.heightMultiple - 1) / input.heightMultiple * input.heightMultiple
      let width = least / input.widthMultiple * input.widthMultiple + input.widthMultiple
      let isSmaller = height <= input.height && width <= input.width
      if isSmaller, (try? SizedPlan(plan, height: height, width: width)) != nil {
        return InputSize(height: height, width: width)
      }
    }
    return InputSize(height: input.height, width: input.width)
  }
}
