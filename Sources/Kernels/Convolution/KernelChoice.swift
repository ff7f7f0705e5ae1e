import Elements
import KernelInterface

extension ConvolutionKernel {
  /// The fastest kernel for a geometry, by the cost model.
  ///
  /// - Parameters:
  ///   - hasSeparateAddPipe: whether the processor has separate pipes for adding and multiplying vectors, so that Winograd's
  ///     inner product is faster than a plain one
  ///   - operands: the narrowest type that the operands of a GEMM may be rounded to: `fp32` or `bf16`
  package static func best(
    for geometry: ConvolutionGeometry, hasSeparateAddPipe: Bool, operands: ElementType = .fp32
  ) -> ConvolutionKernel {
    if ConvolutionKernel.depthwise.supports(geometry) { return .depthwise }
    let inputs = geometry.inputChannels / geometry.groups
    let candidates = all.filter { kernel in
      let isAllowed =
        switch kernel.arithmetic {
        case .plain: true
        case .paired: hasSeparateAddPipe
        case .bf16: operands == .bf16 && inputs >= fewestForBF16
        }
      return isAllowed && kernel.algorithm != .depthwise && kernel.supports(geometry)
        && (kernel.tile == nil || inputs >= fewestForTiles)
        && (kernel.tile != .six || geometry.weightCount <= largestForSix)
    }
    let costs = candidates.map { CostModel.inUse.cost(CostCounts($0, geometry)) }
    return zip(candidates, costs).min { $0.1 < $1.1 }?.0 ?? .gemm
  }

  /// With fewer input channels the transforms of Winograd tiles are most of the work, and of the rounding.
  private static let fewestForTiles = 8

  /// With fewer input channels operands stay in fp32. The convolution of an image is few multiplications: rounding the
  /// image to eight bits gained half a percent of the time and moved boxes half as far again.
  private static let fewestForBF16 = 16

  /// With more weights F(6×6) is not worth its memory: its transformed weights are seven times as many, those of F(4×4)
  /// four times.
  private static let largestForSix = 120_000
}
