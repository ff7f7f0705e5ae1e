import Elements
import KernelInterface
import Kernels
import ModelIR

/// The kernel of each convolution of a plan at one size. Other operators have one kernel each.
package struct ChosenKernels: Sendable {
  package struct Choice: Sendable {
    package let kernel: ConvolutionKernel
    package let geometry: ConvolutionGeometry
    /// The channels of the feature maps that the convolution reads as one.
    package let inputChannels: [Int]
  }

  /// By step; `nil` for other operators.
  package let choices: [Choice?]
}

/// Chooses the kernel of each convolution by the cost model.
///
/// - Parameters:
///   - operands: the narrowest type that the operands of a GEMM may be rounded to: fp32 or bf16
///   - hasSeparateAddPipe: whether the processor adds in other units than it multiplies in
package func chooseKernels(
  for sized: SizedPlan, operands: ElementType, hasSeparateAddPipe: Bool
) -> ChosenKernels {
  ChosenKernels(
    choices: sized.plan.steps.map { step in
      guard case .conv2D(let op) = step.op else { return nil }
      let inputs = step.inputs.prefix(op.joinedCount(step.inputs.count)).map(sized.mapShape)
      let geometry = ConvolutionGeometry(
        input: MapShape(
          channels: inputs.reduce(0) { $0 + $1.channels }, height: inputs[0].height, width: inputs[0].width),
        outputChannels: op.outputChannels, kernelHeight: op.kernel, kernelWidth: op.kernel, stride: op.stride,
        verticalPadding: op.padding, horizontalPadding: op.padding, dilation: op.dilation, groups: op.groups)
      let kernel = ConvolutionKernel.best(for: geometry, hasSeparateAddPipe: hasSeparateAddPipe, operands: operands)
      return ChosenKernels.Choice(kernel: kernel, geometry: geometry, inputChannels: inputs.map(\.channels))
    })
}
