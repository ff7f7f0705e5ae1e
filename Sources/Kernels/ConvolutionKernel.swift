import KernelInterface

/// Names the ways in which a convolution can be computed.
package enum ConvolutionKernel: String, CaseIterable, Sendable, Hashable {
  /// Copies strips of pixels, tap by tap, into panels and multiplies them with the weights.
  case product
  /// Winograd's F(4×4, 3×3): 3×3 kernel, stride 1, no dilation, by a quarter of the multiplications.
  case winograd4
  /// Winograd's F(6×6, 3×3): a fifth of the multiplications, and more rounding.
  case winograd6
  /// The same as `product` by Winograd's inner product: two multiplications become one and two additions.
  case pairedProduct = "paired-product"
  /// F(4×4, 3×3) whose products are made by pairs.
  case pairedWinograd4 = "paired-winograd4"
  /// F(6×6, 3×3) whose products are made by pairs.
  case pairedWinograd6 = "paired-winograd6"
  /// Slides each channel's own window over it.
  case depthwise

  /// Tells whether the kernel can compute a geometry.
  package func supports(_ geometry: ConvolutionGeometry) -> Bool {
    switch self {
    case .product, .pairedProduct: true
    case .winograd4, .winograd6, .pairedWinograd4, .pairedWinograd6:
      geometry.kernelHeight == 3 && geometry.kernelWidth == 3 && geometry.stride == 1 && geometry.dilation == 1
        && geometry.verticalPadding == geometry.horizontalPadding
    case .depthwise:
      geometry.groups == geometry.inputChannels && geometry.outputChannels == geometry.groups
    }
  }

  var tile: WinogradTile? {
    switch self {
    case .winograd4, .pairedWinograd4: .four
    case .winograd6, .pairedWinograd6: .six
    case .product, .pairedProduct, .depthwise: nil
    }
  }

  /// The products of matrices of one convolution.
  var points: Int { tile?.points ?? 1 }

  /// Whether products are made by pairs.
  var isPaired: Bool {
    switch self {
    case .pairedProduct, .pairedWinograd4, .pairedWinograd6: true
    case .product, .winograd4, .winograd6, .depthwise: false
    }
  }

  /// Gives the kernel that is fastest for a geometry.
  ///
  /// - Parameter pairs: whether products by pairs are faster than others on this processor
  package static func best(for geometry: ConvolutionGeometry, pairs: Bool) -> ConvolutionKernel {
    if ConvolutionKernel.depthwise.supports(geometry) { return .depthwise }
    let candidates = allCases.filter { kernel in
      kernel != .depthwise && kernel.supports(geometry) && (pairs || !kernel.isPaired)
        && (kernel.tile != .six || geometry.weightCount <= largestForSix)
    }
    return candidates.min { $0.cost(geometry) < $1.cost(geometry) } ?? .product
  }

  /// The weights from which on F(6×6) is not worth its memory: it has seven times as many of its own, F(4×4) four.
  private static let largestForSix = 200_000

  /// Estimates the time of a convolution, in multiplications of vectors.
  ///
  /// The constants were measured on one core of processors with AVX-512: a tile's transforms take as long as so many
  /// multiplications for each vector of its channels, and a vector of weights, which comes from memory once a run, as
  /// long as forty.
  private func cost(_ geometry: ConvolutionGeometry) -> Double {
    let inputs = Double(geometry.inputChannels / geometry.groups)
    let (inputVectors, vectors) = (
      (inputs / 16).rounded(.up), (Double(geometry.outputChannels / geometry.groups) / 16).rounded(.up)
    )
    let readingWeights = 40.0
    // Sixteen depths in the time of eleven, if they are whole blocks, after a look at every row.
    func products(depth: Double, rows: Double) -> Double {
      let whole = isPaired ? (inputs / 16).rounded(.down) * 16 / inputs : 0
      return depth * (vectors * (rows * 1.05 * (1 - whole * 5 / 16) + readingWeights) + (isPaired ? rows * 0.6 : 0))
    }
    guard let tile else {
      return products(
        depth: inputs * Double(geometry.kernelHeight * geometry.kernelWidth),
        rows: Double(geometry.outputShape.planeCount))
    }
    let side = tile.outputs
    let tiles = Double(
      (geometry.outputHeight + side - 1) / side * ((geometry.outputWidth + side - 1) / side))
    let (inputTransform, outputTransform) = tile == .four ? (270.0, 375.0) : (530.0, 820.0)
    return Double(tile.points) * products(depth: inputs, rows: tiles)
      + tiles * (inputTransform * inputVectors + outputTransform * vectors)
  }
}
