import Elements
import KernelInterface
import Kernels
import ModelIR

/// What a plan is lowered for, besides an input size.
package struct LoweringTarget: Sendable, Hashable {
  /// The microkernels that run it.
  package let instructions: InstructionSet
  /// The narrowest type that feature maps and the operands of convolutions may be rounded to: fp32 or bf16.
  package let precision: ElementType
  package let threads: Int

  /// - Throws: if this processor has no microkernels of that instruction set for `precision`.
  package init(
    instructions: InstructionSet = .best, precision: ElementType = .fp32, threads: Int
  ) throws(ModelError) {
    guard instructions.supports(precision) else {
      throw ModelError("the \(instructions.rawValue) kernels do not support \(precision.rawValue) on this processor")
    }
    self.instructions = instructions
    self.precision = precision
    self.threads = threads
  }
}

/// A plan with everything decided for one input size on one machine, before it has memory and weights.
package struct LoweredPlan {
  package let sized: SizedPlan
  package let target: LoweringTarget
  package let kernels: ChosenKernels
  package let storage: BufferStorage
  /// How each convolution divides its work, by step; `nil` for other operators.
  package let convolutions: [Convolution?]
  package let arena: ArenaLayout

  package var plan: Plan { sized.plan }
}

/// Lowers a plan for one input size: chooses kernels, chooses storage, divides the work, places memory.
///
/// Each stage is computed once, from the values of those before it. Binding weights and making steps that can run is
/// `prepareSteps`.
package func lower(_ sized: SizedPlan, for target: LoweringTarget) -> LoweredPlan {
  let microkernels = target.instructions.microkernels
  let kernels = chooseKernels(
    for: sized, operands: target.precision, hasSeparateAddPipe: microkernels.hasSeparateAddPipe)
  let storage = chooseStorage(for: sized, kernels, precision: target.precision)
  let convolutions = divideWork(of: sized, kernels, storage, microkernels, threads: target.threads)
  let arena = ArenaLayout(sized, storage)
  return LoweredPlan(
    sized: sized, target: target, kernels: kernels, storage: storage, convolutions: convolutions, arena: arena)
}

/// Tiles each convolution and divides the tiles among threads.
private func divideWork(
  of sized: SizedPlan, _ kernels: ChosenKernels, _ storage: BufferStorage, _ microkernels: Microkernels, threads: Int
) -> [Convolution?] {
  zip(sized.plan.steps, kernels.choices).map { step, choice in
    choice.map { choice in
      let layout = GEMMLayout(
        choice.geometry, choice.kernel, inputs: choice.inputChannels,
        elementTypes: step.inputs.prefix(choice.inputChannels.count).map(storage.elementType(of:)),
        isDense: storage.isDense(sized.plan, step.inputs[0]))
      return Convolution(choice.kernel, choice.geometry, layout, microkernels: microkernels, threads: threads)
    }
  }
}

extension LoweredPlan {
  /// The bytes of scratch memory that the kernel with the largest demand uses.
  package var scratchByteCount: Int { convolutions.map { $0?.scratchByteCount ?? 0 }.max() ?? 0 }

  /// Where scratch memory begins in the session's memory: a cache line behind the buffers.
  var scratchOffset: Int { arena.byteCount + BufferLayout.alignment }

  /// The bytes of buffers and scratch memory, with what kernels may read beyond them.
  package var byteCount: Int { saturatingSum([scratchOffset, scratchByteCount, BufferLayout.overRead]) }

  /// The bytes of one image's input, then of each output, in NCHW and fp32.
  var tensorByteCounts: [Int] {
    ([plan.input.view] + plan.outputs.map(\.view)).map {
      sized.shape($0).reduce(ElementType.fp32.byteCount) { saturatingProduct($0, $1) }
    }
  }

  /// A view's feature map in a buffer at an address.
  func map(_ view: BufferView, at buffer: UnsafeMutableRawPointer) -> FeatureMap {
    let shape = sized.shape(ofBuffer: view.buffer)
    return FeatureMap(
      start: buffer, shape: MapShape(channels: shape[0], height: shape[1], width: shape[2]),
      pixelStride: storage.pixelStride(plan, view.buffer), elementType: storage.elementType(of: view)
    ).channels(view.lower..<view.upper)
  }
}
