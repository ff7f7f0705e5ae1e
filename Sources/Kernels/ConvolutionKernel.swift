/// Names the ways in which a convolution can be computed.
package enum ConvolutionKernel: String, CaseIterable, Sendable {
  /// Multiplies the weights with the input as it lies, group by group: 1×1 kernel, stride 1, no padding.
  case pointwiseGEMM
  /// Unfolds strips of the input into columns, one for each output pixel, and multiplies the weights with them.
  case im2colGEMM
  /// Slides each output channel's window over its one input channel.
  case depthwise

  /// Gives the kernel that is fastest for a geometry.
  package static func best(for geometry: ConvolutionGeometry) -> ConvolutionKernel {
    if ConvolutionKernel.depthwise.supports(geometry) { return .depthwise }
    if ConvolutionKernel.pointwiseGEMM.supports(geometry) { return .pointwiseGEMM }
    return .im2colGEMM
  }

  /// Tells whether the kernel can compute a geometry.
  package func supports(_ geometry: ConvolutionGeometry) -> Bool {
    switch self {
    case .pointwiseGEMM:
      geometry.kernelHeight == 1 && geometry.kernelWidth == 1 && geometry.stride == 1
        && geometry.verticalPadding == 0 && geometry.horizontalPadding == 0
    case .im2colGEMM:
      true
    case .depthwise:
      geometry.groups == geometry.inputChannels
    }
  }
}
