import Compiler
import Elements
import ModelIR
import Runtime
import Tensors

/// A plan's tensors in the type that they are to be stored in, and what that costs, in words; `nil` for fp32.
func narrow(
  _ bound: BoundPlan, _ options: CompileOptions, _ journal: CompileJournal
) throws(CompilerError) -> ([StoredTensor], String?) {
  let type = options.weightsType.base
  let stored = try store(bound.tensors, as: type)
  guard type != .fp32 else { return (stored, nil) }
  let cost = try journal.during(.comparison) { () throws(CompilerError) in
    try narrowingCost(of: bound, stored, as: type, options)
  }
  return (stored, cost)
}

/// The tensors of a plan as they are to be stored.
private func store(
  _ tensors: [(name: String, tensor: Tensor)], as type: ElementType
) throws(CompilerError) -> [StoredTensor] {
  do throws(WeightsOverflow) {
    return try storedWeights(tensors, as: type)
  } catch {
    let names = error.weights.map { "\($0.name) (up to \($0.largest))" }
    let hint = type == .fp16 ? "\n  bf16 has the range of fp32" : ""
    throw .plan("\(type.rawValue) cannot hold " + names.list(title: "weights of the plan") + hint)
  }
}

/// Measures what storing weights in a narrow type costs: runs both forms of the plan on the same images.
private func narrowingCost(
  of bound: BoundPlan, _ stored: [StoredTensor], as type: ElementType, _ options: CompileOptions
) throws(CompilerError) -> String {
  let narrowed = LoadedPlan(plan: bound.plan, tensors: stored.map { ($0.name, $0.tensor) })
  let images = 2
  let difference: OutputDifference
  do throws(ModelError) {
    difference = try OutputDifference(
      between: LoadedPlan(plan: bound.plan, tensors: bound.tensors), and: narrowed, images: images,
      threads: options.threadCount, instructions: options.instructions)
  } catch {
    throw CompilerError(error)
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

extension CompileOptions.WeightsType {
  fileprivate var base: ElementType {
    switch self {
    case .fp32: .fp32
    case .fp16: .fp16
    case .bf16: .bf16
    }
  }
}
