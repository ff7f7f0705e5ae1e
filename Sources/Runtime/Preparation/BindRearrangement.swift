import KernelInterface
import Kernels
import ModelIR

func bindUpsampling(_ op: Upsample, _ step: Step, _ binding: StepBinding) -> StepKernel {
  let (input, output, pool) = (binding.map(step.inputs[0]), binding.map(step.output), binding.pool)
  return StepKernel(name: step.op.name) { upsampleNearest(input, scale: op.scale, to: output, pool: pool) }
}

func bindResizing(_ step: Step, _ binding: StepBinding) -> StepKernel {
  let (input, output, pool) = (binding.map(step.inputs[0]), binding.map(step.output), binding.pool)
  return StepKernel(name: step.op.name) { resizeNearest(input, to: output, pool: pool) }
}

func bindZeroPadding(_ op: ZeroPad, _ step: Step, _ binding: StepBinding) -> StepKernel {
  let (input, output, pool) = (binding.map(step.inputs[0]), binding.map(step.output), binding.pool)
  return StepKernel(name: step.op.name) { zeroPad(input, left: op.left, top: op.top, to: output, pool: pool) }
}

func bindSpaceToDepth(_ op: SpaceToDepth, _ step: Step, _ binding: StepBinding) -> StepKernel {
  let (input, output, pool) = (binding.map(step.inputs[0]), binding.map(step.output), binding.pool)
  let order: BlockOrder = op.order == .rows ? .rowsFirst : .columnsFirst
  return StepKernel(name: step.op.name) {
    spaceToDepth(input, block: op.block, order: order, to: output, pool: pool)
  }
}

func bindDepthToSpace(_ op: DepthToSpace, _ step: Step, _ binding: StepBinding) -> StepKernel {
  let (input, output, pool) = (binding.map(step.inputs[0]), binding.map(step.output), binding.pool)
  return StepKernel(name: step.op.name) { depthToSpace(input, block: op.block, to: output, pool: pool) }
}

/// An identity copies feature maps, or rows of predictions.
func bindCopy(_ step: Step, _ binding: StepBinding) -> StepKernel {
  let name = "copy"
  if binding.isMap(step.inputs[0]) {
    let (input, output, pool) = (binding.map(step.inputs[0]), binding.map(step.output), binding.pool)
    return StepKernel(name: name) { copy(input, to: output, pool: pool) }
  }
  let (source, target) = (binding.rows(step.inputs[0]), binding.rows(step.output))
  let count = binding.lowered.sized.shape(step.output).reduce(1, *)
  return StepKernel(name: name) { target.update(from: source, count: count) }
}
