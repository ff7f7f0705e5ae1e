import Compiler
import Kernels
import ModelIR
import Runtime

/// How far a plan is from the training graph that it was made from, on made-up pictures.
struct Verification {
  /// The size of the pictures, in pixels.
  let size: InputSize
  let difference: OutputDifference

  /// What a plan may differ by. In single precision a fused network and an unfused one are some 10⁻³ pixels apart.
  static let pixelBound: Float = 0.05
  static let probabilityBound: Float = 2e-4
  static let pictures = 2

  /// Runs the graph, unfused, and the plan on the same pictures.
  ///
  /// - Parameter graph: The graph that the weights are bound to.
  init(
    of bound: BoundPlan, against graph: Graph, _ checkpoint: Checkpoint, _ instructions: InstructionSet
  ) throws(CommandFailure) {
    let reference: BoundPlan
    do throws(BindingError) {
      reference = try bindWeights(of: unfusedPlan(of: graph), from: graph, checkpoint)
    } catch {
      throw CommandFailure(error, weights: "the checkpoint")
    }
    size = Self.pictureSize(for: bound.plan)
    do throws(ModelError) {
      difference = try OutputDifference(
        between: InferenceModel(plan: reference.plan, tensors: reference.tensors),
        and: InferenceModel(plan: bound.plan, tensors: bound.tensors), height: size.height, width: size.width,
        images: Self.pictures, threads: Machine.coreCount, instructions: instructions)
    } catch {
      throw .message(error.description)
    }
  }

  var isWithinBounds: Bool {
    // An output that is no detections may hold distances in pixels, so it gets their bound.
    (difference.pixels ?? 0) <= Self.pixelBound && (difference.value ?? 0) <= Self.pixelBound
      && (difference.probability ?? 0) <= Self.probabilityBound
  }

  /// The differences in words.
  var text: String {
    "largest difference from the unfused training graph, on \(Self.pictures) made-up images of "
      + "\(size.height)x\(size.width): \(difference.description)"
  }

  /// A small size that the plan can run at, a little wider than high; its own when that is smaller.
  private static func pictureSize(for plan: Plan) -> InputSize {
    let input = plan.input
    for least in [128, 256, 512] {
      let height = (least + input.heightMultiple - 1) / input.heightMultiple * input.heightMultiple
      let width = least / input.widthMultiple * input.widthMultiple + input.widthMultiple
      let isSmaller = height <= input.height && width <= input.width
      if isSmaller, MemoryPlan(plan, height: height, width: width) != nil {
        return InputSize(height: height, width: width)
      }
    }
    return InputSize(height: input.height, width: input.width)
  }
}

/// Compares a plan with the graph that it was made from; one that is too far from it is refused.
func verify(
  _ bound: BoundPlan, against graph: Graph, _ checkpoint: Checkpoint, _ instructions: InstructionSet
) throws(CommandFailure) {
  Terminal.progress("comparing the plan with the training graph ...")
  let verification: Verification
  do throws(CommandFailure) {
    verification = try Verification(of: bound, against: graph, checkpoint, instructions)
    Terminal.progress("")
  } catch {
    Terminal.progress("")
    throw error
  }
  guard verification.isWithinBounds else {
    throw .message(
      "the plan differs from the training graph, and is not written (--no-verify does it all the same)\n  "
        + "\(verification.text); allowed are \(Verification.pixelBound) px and \(Verification.probabilityBound)\n  "
        + "likely: the weights are extreme, or this is a fault of ours; please report it with the model")
  }
  Terminal.print(verification.text)
}
