import KernelInterface
import Kernels
import ModelIR

func bindPooling(
  _ kind: PoolingRow.Kind, kernel: Int, stride: Int, padding: Int, _ step: Step, _ binding: StepBinding
) -> StepKernel {
  let (input, output) = (binding.map(step.inputs[0]), binding.map(step.output))
  let geometry = PoolingGeometry(input: input.shape, kernel: kernel, stride: stride, padding: padding)
  let (microkernels, pool) = (binding.microkernels, binding.pool)
  return StepKernel(name: step.op.name) {
    Kernels.pool(kind, input, geometry, to: output, microkernels: microkernels, pool: pool)
  }
}
