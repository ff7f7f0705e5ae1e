import KernelInterface

/// Names the ways in which a convolution can be computed.
package enum ConvolutionKernel: String, CaseIterable, Sendable, Hashable {
  /// Copies strips of pixels, tap by tap, into panels and multiplies them with the weights.
  case product
  /// Winograd's F(4×4, 3×3): 3×3 kernel, stride 1, no dilation, by a quarter of the multiplications.
  case winograd4
  /// Winograd's F(6×6, 3×3): a fifth of the multiplications, and more rounding.
  case winograd6
  /// Winograd's F(2×2, 2×2), F(2, 2) and plain products for the four phases of a 3×3 kernel with stride 2: 25 of 36
  /// multiplications.
  case stridedWinograd2 = "strided-winograd2"
  /// The same with F(4×4, 2×2) and F(4, 2): 81 of 144 multiplications.
  case stridedWinograd4 = "strided-winograd4"
  /// The same as `product` by Winograd's inner product: two multiplications become one and two additions.
  case pairedProduct = "paired-product"
  /// F(4×4, 3×3) whose products are made by pairs.
  case pairedWinograd4 = "paired-winograd4"
  /// F(6×6, 3×3) whose products are made by pairs.
  case pairedWinograd6 = "paired-winograd6"
  /// The strided tiles whose products are made by pairs.
  case pairedStridedWinograd2 = "paired-strided-winograd2"
  case pairedStridedWinograd4 = "paired-strided-winograd4"
  /// Slides each channel's own window over it.
  case depthwise

  /// Tells whether the kernel can compute a geometry.
  package func supports(_ geometry: ConvolutionGeometry) -> Bool {
    if let tile {
      return geometry.kernelHeight == 3 && geometry.kernelWidth == 3 && geometry.stride == tile.stride
        && geometry.dilation == 1 && geometry.verticalPadding == geometry.horizontalPadding
    }
    return self != .depthwise
      || geometry.groups == geometry.inputChannels && geometry.outputChannels == geometry.groups
  }

  var tile: WinogradTile? {
    switch self {
    case .winograd4, .pairedWinograd4: .four
    case .winograd6, .pairedWinograd6: .six
    case .stridedWinograd2, .pairedStridedWinograd2: .stridedTwo
    case .stridedWinograd4, .pairedStridedWinograd4: .stridedFour
    case .product, .pairedProduct, .depthwise: nil
    }
  }

  /// The products of matrices of one convolution.
  var points: Int { tile?.points ?? 1 }

  /// Whether products are made by pairs.
  var isPaired: Bool {
    switch self {
    case .pairedProduct, .pairedWinograd4, .pairedWinograd6, .pairedStridedWinograd2, .pairedStridedWinograd4: true
    case .product, .winograd4, .winograd6, .stridedWinograd2, .stridedWinograd4, .depthwise: false
    }
  }

  /// Gives the kernel that is fastest for a geometry.
  ///
  /// - Parameter pairs: whether products by pairs are faster than others on this processor
  package static func best(for geometry: ConvolutionGeometry, pairs: Bool) -> ConvolutionKernel {
    if ConvolutionKernel.depthwise.supports(geometry) { return .depthwise }
    let candidates = allCases.filter { kernel in
      kernel != .depthwise && kernel.supports(geometry) && (pairs || !kernel.isPaired)
        && (kernel.tile == nil || geometry.inputChannels / geometry.groups >= fewestForTiles)
        && (kernel.tile != .six || geometry.weightCount <= largestForSix)
    }
    return candidates.min { $0.cost(geometry) < $1.cost(geometry) } ?? .product
  }

  /// The channels from which on Winograd's transforms are not most of the work, and of the rounding.
  private static let fewestForTiles = 8

  /// The weights from which on F(6×6) is not worth its memory: it has seven times as many of its own, F(4×4) four.
  private static let largestForSix = 200_000

  /// Estimates the time of a convolution, in multiplications of vectors.
  ///
  /// The constants were measured on one core of processors with AVX-512: what a tile of a product, a look at a row to be
  /// paired, a tile's transforms and an activation take besides multiplications. A vector of weights, which comes from
  /// memory once a run, takes as long as forty.
  private func cost(_ geometry: ConvolutionGeometry) -> Double {
    let inputs = Double(geometry.inputChannels / geometry.groups)
    let (inputVectors, vectors) = (
      (inputs / 16).rounded(.up), (Double(geometry.outputChannels / geometry.groups) / 16).rounded(.up)
    )
    let readingWeights = 40.0
    // Sixteen depths in the time of eleven, if they are whole blocks.
    let whole = isPaired ? (inputs / 16).rounded(.down) * 16 / inputs : 0
    func products(depth: Double, rows: Double) -> Double {
      let multiplications = rows * depth * 1.05 * (1 - whole * 5 / 16)
      let balancing = isPaired ? rows * (depth * 0.5 + 30) : 0
      return vectors * (multiplications + depth * readingWeights + rows * 8) + balancing
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
