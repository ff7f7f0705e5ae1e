import Kernels
import ModelIR

func bindDecoding(_ op: DecodeDetections, _ step: Step, _ binding: StepBinding) -> StepKernel {
  let (levels, output) = (step.inputs.map(binding.map), binding.rows(step.output))
  let (projection, strides) = (binding.weights[op.projection], op.strides.map { Float($0) })
  let (microkernels, pool) = (binding.microkernels, binding.pool)
  return StepKernel(name: step.op.name) {
    decodeDetections(
      levels: levels, strides: strides, bins: op.bins, classes: op.classes, projection: projection, output: output,
      microkernels: microkernels, pool: pool)
  }
}
