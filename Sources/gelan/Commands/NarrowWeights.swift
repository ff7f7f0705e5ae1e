import Compiler
import Elements
import Kernels
import ModelIR
import Runtime
import Tensors

/// The tensors of a plan as they are to be stored.
func store(
  _ tensors: [(name: String, tensor: Tensor)], as type: ElementType
) throws(CommandFailure) -> [StoredTensor] {
  do throws(WeightsOverflow) {
    return try storedWeights(tensors, as: type)
  } catch {
    let names = error.weights.map { "\($0.name) (up to \($0.largest))" }
    let hint = type == .fp16 ? "\n  --weights-type bf16 has the range of fp32" : ""
    throw .message("\(type.rawValue) cannot hold " + names.list(title: "weights of the plan") + hint)
  }
}

/// Measures what storing weights in a narrow type costs: runs both forms of the plan on the same images, in words.
func narrowingCost(
  of bound: BoundPlan, _ stored: [StoredTensor], as type: ElementType, _ instructions: InstructionSet
) throws(CommandFailure) -> String {
  let narrowed = InferenceModel(plan: bound.plan, tensors: stored.map { ($0.name, $0.tensor) })
  let images = 2
  Terminal.progress("measuring what \(type.rawValue) costs")
  defer { Terminal.progress("") }
  let difference: OutputDifference
  do throws(ModelError) {
    difference = try OutputDifference(
      between: InferenceModel(plan: bound.plan, tensors: bound.tensors), and: narrowed, images: images,
      threads: Machine.coreCount, instructions: instructions)
  } catch {
    throw .message(error.description)
  }
  let size = "\(bound.plan.input.height)x\(bound.plan.input.width)"
  var text =
    "\(type.rawValue) against fp32, largest difference on \(images) made-up images of \(size): \(difference.description)"
  if let swing = difference.swing, let most = difference.swingOfMost {
    text += "\n  made-up images show no objects; the probability of one that is near 0.5 would move by up to "
    text += "\(decimal(Double(swing), places: 4)) (99 of 100 within \(decimal(Double(most), places: 4)))"
  }
  return text
}
