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
    return candidates.min { $0.cost(geometry) < $1.cost(geometry) } ?? .product
  }

  /// The channels from which on Winograd's transforms are not most of the work, and of the rounding.
  private static let fewestForTiles = 8

  /// The channels from which on products are made in bf16. Those of an image are few multiplications; rounding it to eight
  /// bits gained half a percent of the time and moved boxes half as far again.
  private static let fewestForBF16 = 16

  /// The weights from which on F(6×6) is not worth its memory: it has seven times as many of its own, F(4×4) four.
  private static let largestForSix = 120_000

  /// Estimates the time of a convolution, in multiplications of vectors.
  ///
  /// The constants were measured on one core of processors with AVX-512: what a tile of a product, a look at a row to be
  /// paired, a tile's transforms and an activation take besides multiplications. A vector of weights, which comes from
  /// memory once a run, takes as long as forty.
  private func cost(_ geometry: ConvolutionGeometry) -> Double {
    let inputs = Double(geometry.inputChannels / geometry.groups)
    let lanes = Double(laneCount)
    let (inputVectors, vectors) = (
      (inputs / lanes).rounded(.up), (Double(geometry.outputChannels / geometry.groups) / lanes).rounded(.up)
    )
    let readingWeights = 50.0
    // Sixteen depths in the time of eleven, if they are whole blocks; two at a time in bf16.
    let whole = isPaired ? (inputs / lanes).rounded(.down) * lanes / inputs : 0
    let numbers = Double(elementType.dotLength)
    func products(depth: Double, rows: Double) -> Double {
      let words = (depth / numbers).rounded(.up)
      let multiplications = rows * words * 1.05 * (1 - whole * 5 / 16)
      let balancing = isPaired ? rows * (depth * 0.5 + 30) : 0
      return vectors * (multiplications + words * readingWeights + rows * 8) + balancing
    }
    guard let tile else {
      let depth = inputs * Double(geometry.kernelHeight * geometry.kernelWidth)
      let rows = Double(geometry.outputShape.planeCount)
      return products(depth: depth, rows: rows) + rows * (depth * 0.3 + vectors * 20)
    }
    let side = tile.outputs
    let tiles = Double(
      (geometry.outputHeight + side - 1) / side * ((geometry.outputWidth + side - 1) / side))
    let (inputTransform, outputTransform) =
      switch tile {
      case .four: (290.0, 390.0)
      case .six: (520.0, 840.0)
      case .stridedTwo: (180.0, 130.0)
      case .stridedFour: (610.0, 520.0)
      }
    return Double(tile.points) * products(depth: inputs, rows: tiles)
      + tiles * (inputTransform * inputVectors + outputTransform * vectors)
  }
}
