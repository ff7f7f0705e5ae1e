import Compiler
import Elements
import GelanCompiler
import KernelInterface
import Kernels
import ModelIR
import Runtime
import TestSupport

/// A graph compiled to an executable session, as the program does it.
struct CompiledModel {
  let optimized: Graph
  let bound: BoundPlan
  let model: LoadedPlan

  init(
    _ graph: Graph, _ checkpoint: Checkpoint, keeping roles: Set<Output.Role> = [.main],
    passes: [Pass] = .execution
  ) throws {
    optimized = optimize(graph, keeping: roles)
    bound = try compileGraph(graph, checkpoint, keeping: roles, passes: passes)
    model = LoadedPlan(plan: bound.plan, tensors: bound.tensors)
  }

  func outputs(
    for image: [Float], height: Int, width: Int, threads: Int = 2, instructions: InstructionSet = .best,
    precision: ElementType = .fp32
  ) throws -> [[Float]] {
    try run(
      model, image, height: height, width: width, threads: threads, instructions: instructions, precision: precision)
  }
}

/// Every output of a model for one image.
func run(
  _ model: LoadedPlan, _ image: [Float], height: Int, width: Int, threads: Int = 2,
  instructions: InstructionSet = .best, precision: ElementType = .fp32
) throws -> [[Float]] {
  let session = try Session(
    model, height: height, width: width, threads: threads, instructions: instructions, precision: precision)
  _ = session.input.update(fromContentsOf: image)
  session.run()
  return session.plan.outputs.indices.map { Array(session.output($0)) }
}

/// The largest difference between two lists of numbers; infinite for NaN or different lengths.
func largestDifference(_ left: some Collection<Float>, _ right: some Collection<Double>) -> Double {
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { largest, pair in
    let difference = abs(Double(pair.0) - pair.1)
    return difference.isFinite ? max(largest, difference) : .infinity
  }
}
