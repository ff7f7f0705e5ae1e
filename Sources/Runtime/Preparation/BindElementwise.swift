import KernelInterface
import Kernels
import ModelIR

func bindChannelAffine(_ op: ChannelAffine, _ step: Step, _ binding: StepBinding) -> StepKernel {
  let (input, output) = (binding.map(step.inputs[0]), binding.map(step.output))
  let (scale, shift) = (op.scale.map { binding.weights[$0] }, op.shift.map { binding.weights[$0] })
  let (microkernels, pool) = (binding.microkernels, binding.pool)
  return StepKernel(name: step.op.name) {
    channelAffine(input, scale: scale, shift: shift, to: output, microkernels: microkernels, pool: pool)
  }
}

func bindActivation(_ op: Activate, _ step: Step, _ binding: StepBinding) -> StepKernel {
  let (input, output) = (binding.map(step.inputs[0]), binding.map(step.output))
  let activation = ActivationFunction(op.activation)
  let (microkernels, pool) = (binding.microkernels, binding.pool)
  return StepKernel(name: step.op.name) {
    activate(input, activation, to: output, microkernels: microkernels, pool: pool)
  }
}

func bindAddition(_ step: Step, _ binding: StepBinding) -> StepKernel {
  let (inputs, output) = (step.inputs.map(binding.map), binding.map(step.output))
  let (microkernels, pool) = (binding.microkernels, binding.pool)
  return StepKernel(name: step.op.name) { add(inputs, to: output, microkernels: microkernels, pool: pool) }
}

extension ActivationFunction {
  init(_ activation: Activation) {
    switch activation {
    case .identity: self = .identity
    case .silu: self = .silu
    case .relu: self = .relu
    case .relu6: self = .relu6
    case .leakyReLU(let slope): self = .leakyReLU(slope: Float(slope))
    case .elu(let alpha): self = .elu(alpha: Float(alpha))
    case .gelu: self = .gelu
    case .mish: self = .mish
    case .hardswish: self = .hardswish
    case .hardsigmoid: self = .hardsigmoid
    case .sigmoid: self = .sigmoid
    case .tanh: self = .tanh
    }
  }
}
