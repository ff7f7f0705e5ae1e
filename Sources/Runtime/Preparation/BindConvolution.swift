import KernelInterface
import Kernels
import ModelIR

func bindConvolution(
  _ op: Conv2D, _ step: Step, at index: Int, _ binding: StepBinding
) throws(ModelError) -> StepKernel {
  guard let convolution = binding.lowered.convolutions[index] else {
    preconditionFailure("A convolution's kernel is chosen when its plan is lowered.")
  }
  let (pool, scratch) = (binding.pool, binding.scratch)
  let packed = try binding.weights.packed(
    convolution.kernel, convolution.layout, weight: op.weight, bias: op.bias, binding.microkernels, pool)
  let inputs = step.inputs.map(binding.map)
  let operands = ConvolutionOperands(
    inputs: Array(inputs.prefix(op.joinedCount(inputs.count))), weights: packed,
    activation: ActivationFunction(op.activation), before: op.addend == .before ? inputs.last : nil,
    after: op.addend == .after ? inputs.last : nil, output: binding.map(step.output))
  // Steps that share packed weights share their layout too, which may be as large as an index for each weight row.
  let shared = convolution.sharing(packed.layout)
  return StepKernel(
    name: convolution.kernel.description, multiplications: convolution.multiplications,
    elementType: convolution.kernel.elementType
  ) {
    shared.run(operands, scratch: scratch, pool: pool)
  }
}
