import Elements
import KernelInterface
import ModelIR

/// How the elements of each buffer of a plan are stored.
package struct BufferStorage: Sendable, Hashable {
  /// By buffer.
  package let elementTypes: [ElementType]

  /// Every buffer in one type.
  package init(_ plan: Plan, all type: ElementType) {
    elementTypes = plan.buffers.map { _ in type }
  }

  /// - Parameter bf16: the buffers in bf16; the others are in fp32.
  init(_ plan: Plan, bf16: Set<Int>) {
    elementTypes = plan.buffers.indices.map { bf16.contains($0) ? .bf16 : .fp32 }
  }

  package func elementType(of view: BufferView) -> ElementType { elementTypes[view.buffer] }

  /// The bytes from one pixel of a buffer to the next in NHWC; the bytes of one anchor of predictions, whose channels are
  /// rows.
  func pixelStride(_ plan: Plan, _ buffer: Int) -> Int {
    let (type, element) = (plan.buffers[buffer], elementTypes[buffer])
    return type.extents == nil
      ? type.channels * element.byteCount : BufferLayout.pixelStride(channels: type.channels, element)
  }

  /// Whether a view shows whole pixels with nothing between them.
  func isDense(_ plan: Plan, _ view: BufferView) -> Bool {
    pixelStride(plan, view.buffer) == (view.upper - view.lower) * elementType(of: view).byteCount
  }
}

/// Chooses what each buffer is stored in.
///
/// A session in bf16 stores a feature map in bf16 if every step that writes or reads it can have it so: half the memory
/// and half the traffic. Most readers are convolutions, which would round their operands anyway; what else is rounded
/// moves boxes an eighth further from those in fp32. The input and the outputs stay in fp32.
package func chooseStorage(
  for sized: SizedPlan, _ kernels: ChosenKernels, precision: ElementType
) -> BufferStorage {
  let plan = sized.plan
  guard precision == .bf16 else { return BufferStorage(plan, all: .fp32) }
  var rounded = Set(
    plan.buffers.indices.filter {
      plan.buffers[$0].extents != nil && BufferLayout.fitsWords(channels: plan.buffers[$0].channels, .bf16)
    })
  for end in [plan.input.view] + plan.outputs.map(\.view) { rounded.remove(end.buffer) }
  for (step, choice) in zip(plan.steps, kernels.choices) {
    let (reads, writes) = worksInBF16(step, choice)
    for view in step.inputs where !(reads && view.hasWholeWords) { rounded.remove(view.buffer) }
    if !(writes && step.output.hasWholeWords) { rounded.remove(step.output.buffer) }
  }
  // An operator that moves elements keeps their type, and one such step can follow another. Its other inputs give it a
  // size only.
  var count = rounded.count + 1
  while rounded.count < count {
    count = rounded.count
    for step in plan.steps where step.op.semantics.movesElements {
      let buffers = Set((step.inputs.prefix(1) + [step.output]).map(\.buffer))
      if !buffers.isSubset(of: rounded) { rounded.subtract(buffers) }
    }
  }
  return BufferStorage(plan, bf16: rounded)
}

/// Whether a step's kernel can read its inputs in bf16, and write its output so.
private func worksInBF16(_ step: Step, _ choice: ChosenKernels.Choice?) -> (reads: Bool, writes: Bool) {
  guard let choice else {
    let works = step.op.semantics.worksInBF16
    return (works, works)
  }
  // Each group of channels begins a word.
  let geometry = choice.geometry
  let isWhole =
    geometry.groups == 1
    || BufferLayout.fitsWords(channels: geometry.inputChannels / geometry.groups, .bf16)
      && BufferLayout.fitsWords(channels: geometry.outputChannels / geometry.groups, .bf16)
  return (isWhole && choice.kernel.elementType == .bf16, isWhole && choice.kernel.writesBF16)
}

extension BufferView {
  /// Whether the view begins and ends with a word in bf16.
  fileprivate var hasWholeWords: Bool {
    BufferLayout.fitsWords(channels: lower, .bf16) && BufferLayout.fitsWords(channels: upper, .bf16)
  }
}
