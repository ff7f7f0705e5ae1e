import KernelInterface
import ModelIR

extension StepGeometry {
  /// The maps that a session in bf16 keeps in bf16: those that every step which writes or reads them can have so, in half
  /// the memory and half the time to move it. Most of their readers are convolutions, which would round them anyway; with
  /// what else is rounded, boxes move an eighth further from those in single precision.
  func mapsInBF16() -> Set<Int> {
    var rounded = Set(plan.buffers.indices.filter { plan.buffers[$0].extents != nil })
    for end in [plan.input.view] + plan.outputs.map(\.view) { rounded.remove(end.buffer) }
    for step in plan.steps {
      let works = worksInBF16(step)
      // Two channels take a float.
      for view in step.inputs + [step.output] where !works || view.lower % 2 != 0 || view.upper % 2 != 0 {
        rounded.remove(view.buffer)
      }
    }
    // What moves numbers leaves them as they are, and one such step can follow another.
    var count = rounded.count + 1
    while rounded.count < count {
      count = rounded.count
      for step in plan.steps where step.movesNumbers {
        let buffers = Set((step.inputs + [step.output]).map(\.buffer))
        if !buffers.isSubset(of: rounded) { rounded.subtract(buffers) }
      }
    }
    return rounded
  }

  /// Whether a step's kernel reads and writes maps in bf16.
  private func worksInBF16(_ step: Step) -> Bool {
    switch step.op {
    case .conv2D(let op):
      let (kernel, geometry, _) = kernel(op, step)
      let hasEvenGroups =
        geometry.inputChannels / geometry.groups % 2 == 0 && geometry.outputChannels / geometry.groups % 2 == 0
      return kernel.precision == .bf16 && (geometry.groups == 1 || hasEvenGroups)
    // A logit of 8 would be off by up to a sixty-fourth, and a probability by 0.004.
    case .decodeDetections: return false
    case .input, .batchNorm, .concat, .slice: return false
    case .add, .activate, .channelAffine, .maxPool, .averagePool: return true
    case .upsample, .resizeNearest, .zeroPad, .spaceToDepth, .depthToSpace, .identity: return true
    }
  }
}

extension Step {
  /// Whether its output is made of its inputs' numbers as they are, and of zeros.
  fileprivate var movesNumbers: Bool {
    switch op {
    case .upsample, .resizeNearest, .zeroPad, .spaceToDepth, .depthToSpace, .identity: true
    case .conv2D, .add, .activate, .channelAffine, .maxPool, .averagePool, .decodeDetections: false
    case .input, .batchNorm, .concat, .slice: false
    }
  }
}
