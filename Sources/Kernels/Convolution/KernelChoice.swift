import Elements
import KernelInterface

extension ConvolutionKernel {
  /// Gives the kernel that is fastest for a geometry.
  ///
  /// - Parameters:
  ///   - hasSeparateAddPipe: whether this processor adds in other units than it multiplies in, so that Winograd's inner
  ///     product is faster than a plain one
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
    return zip(candidates, costs).min { $0.1 < $1.1 }?.0 ?? .product
  }

  /// The channels from which on Winograd's transforms are not most of the work, and of the rounding.
  private static let fewestForTiles = 8

  /// The channels from which on products are made in bf16. Those of an image are few multiplications; rounding it to eight
  /// bits gained half a percent of the time and moved boxes half as far again.
  private static let fewestForBF16 = 16

  /// The weights from which on F(6×6) is not worth its memory: it has seven times as many of its own, F(4×4) four.
  private static let largestForSix = 120_000
}
