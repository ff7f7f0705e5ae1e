import KernelInterface
import ModelIR

extension StepGeometry {
  /// The maps that a session in bf16 keeps in bf16: those that every step which writes or reads them can have so, in half
  /// the memory. Most of their readers are convolutions, which would round them anyway; with what else is rounded, boxes
  /// move an eighth further from those in single precision.
  func mapsInBF16() -> Set<Int> {
    // Two channels take a float.
    var rounded = Set(
      plan.buffers.indices.filter { plan.buffers[$0].extents != nil && plan.buffers[$0].channels % 2 == 0 })
    for end in [plan.input.view] + plan.outputs.map(\.view) { rounded.remove(end.buffer) }
    for step in plan.steps {
      let (reads, writes) = worksInBF16(step)
      func keeps(_ view: BufferView, _ works: Bool) -> Bool { works && view.lower % 2 == 0 && view.upper % 2 == 0 }
      for view in step.inputs where !keeps(view, reads) { rounded.remove(view.buffer) }
      if !keeps(step.output, writes) { rounded.remove(step.output.buffer) }
    }
    // What moves numbers leaves them as they are, and one such step can follow another. What else it reads gives it no
    // more than a size.
    var count = rounded.count + 1
    while rounded.count < count {
      count = rounded.count
      for step in plan.steps where step.op.semantics.movesElements {
        let buffers = Set((step.inputs.prefix(1) + [step.output]).map(\.buffer))
        if !buffers.isSubset(of: rounded) { rounded.subtract(buffers) }
      }
    }
    return rounded
  }

  /// Whether a step's kernel can read its inputs in bf16, and write its output so.
  private func worksInBF16(_ step: Step) -> (reads: Bool, writes: Bool) {
    if case .conv2D(let op) = step.op {
      let (kernel, geometry, _) = kernel(op, step)
      let hasEvenGroups =
        geometry.inputChannels / geometry.groups % 2 == 0 && geometry.outputChannels / geometry.groups % 2 == 0
      let isWhole = geometry.groups == 1 || hasEvenGroups
      return (isWhole && kernel.elementType == .bf16, isWhole && kernel.writesBF16)
    }
    let works = step.op.semantics.worksInBF16
    return (works, works)
  }
}
