import ModelIR

/// The kernel of a step: the one table from operators to kernels.
func bindKernel(of step: Step, at index: Int, _ binding: StepBinding) throws(ModelError) -> StepKernel {
  switch step.op {
  case .conv2D(let op): try bindConvolution(op, step, at: index, binding)
  case .channelAffine(let op): bindChannelAffine(op, step, binding)
  case .activate(let op): bindActivation(op, step, binding)
  case .add: bindAddition(step, binding)
  case .maxPool(let op):
    bindPooling(.maximum, kernel: op.kernel, stride: op.stride, padding: op.padding, step, binding)
  case .averagePool(let op):
    bindPooling(.average, kernel: op.kernel, stride: op.stride, padding: op.padding, step, binding)
  case .upsample(let op): bindUpsampling(op, step, binding)
  case .resizeNearest: bindResizing(step, binding)
  case .zeroPad(let op): bindZeroPadding(op, step, binding)
  case .spaceToDepth(let op): bindSpaceToDepth(op, step, binding)
  case .depthToSpace(let op): bindDepthToSpace(op, step, binding)
  case .identity: bindCopy(step, binding)
  case .decodeDetections(let op): bindDecoding(op, step, binding)
  case .input, .batchNorm, .concat, .slice:
    preconditionFailure("A verified plan has no step '\(step.op.name)'.")
  }
}
