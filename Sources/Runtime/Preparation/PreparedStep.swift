import Elements
import KernelInterface
import Kernels
import ModelIR

/// A step that can run: its kernel, on its memory, with its weights.
package struct PreparedStep {
  /// The operator and where it comes from.
  package let op: Op
  package let origin: Origin
  /// The name of the kernel that runs it.
  package let kernel: String
  /// The shape of the result at this size, and the type that it is stored in.
  package let outputShape: [Int]
  package let outputPrecision: ElementType
  /// Two per multiply-accumulate of the operator, however it is computed.
  package let flops: Int
  /// The multiply-accumulates that the kernel does for it, and the type of their operands.
  package let multiplications: Int
  package let precision: ElementType
  package let run: () -> Void
}

/// The kernel of one step, bound to memory and weights.
struct StepKernel {
  let name: String
  /// The multiply-accumulates that the kernel does; `nil` if they are those of the operator.
  var multiplications: Int?
  var elementType = ElementType.fp32
  let run: () -> Void
}

/// A lowered plan with the memory and the weights that its steps work on.
struct StepBinding {
  let lowered: LoweredPlan
  /// The start of the buffers.
  let arena: UnsafeMutableRawPointer
  /// Outputs that are made where they are asked for, by buffer.
  let outputs: [Int: UnsafeMutableRawPointer]
  let weights: Weights
  let microkernels: Microkernels
  let pool: ThreadPool

  /// `lowered.scratchByteCount` bytes on a cache line.
  var scratch: UnsafeMutableRawPointer { arena + lowered.scratchOffset }

  private func start(_ view: BufferView) -> UnsafeMutableRawPointer {
    outputs[view.buffer] ?? arena + lowered.arena.offsets[view.buffer]
  }

  func map(_ view: BufferView) -> FeatureMap { lowered.map(view, at: start(view)) }

  /// The first row of predictions that a view shows: rows lie one after another.
  func rows(_ view: BufferView) -> UnsafeMutablePointer<Float> {
    start(view).assumingMemoryBound(to: Float.self) + view.lower * lowered.sized.shape(view)[1]
  }

  /// Whether a view shows a feature map, and not predictions.
  func isMap(_ view: BufferView) -> Bool { lowered.plan.buffers[view.buffer].extents != nil }
}

/// Binds weights to every step of a lowered plan.
///
/// - Throws: if there is no memory for the weights as the kernels read them.
func prepareSteps(_ binding: StepBinding) throws(ModelError) -> [PreparedStep] {
  var steps: [PreparedStep] = []
  for (index, step) in binding.lowered.plan.steps.enumerated() {
    let kernel = try bindKernel(of: step, at: index, binding)
    let work = binding.lowered.sized.multiplyAccumulates(step)
    steps.append(
      PreparedStep(
        op: step.op, origin: step.origin, kernel: kernel.name, outputShape: binding.lowered.sized.shape(step.output),
        outputPrecision: binding.lowered.storage.elementType(of: step.output), flops: saturatingProduct(2, work),
        multiplications: kernel.multiplications ?? work, precision: kernel.elementType, run: kernel.run))
  }
  return steps
}
