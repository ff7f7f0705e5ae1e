import Elements
import KernelInterface

/// Names a way in which a convolution can be computed: an algorithm, and how it makes its products.
package struct ConvolutionKernel: Sendable, Hashable, CustomStringConvertible {
  package enum Algorithm: String, CaseIterable, Sendable {
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
    /// Slides each channel's own window over it.
    case depthwise
  }

  package enum Arithmetic: String, CaseIterable, Sendable {
    case plain
    /// By Winograd's inner product: two multiplications become one and two additions.
    case paired
    /// Factors are rounded to bf16 and multiplied two at a time; sums are in single precision.
    case bf16
  }

  package let algorithm: Algorithm
  package let arithmetic: Arithmetic

  package static let product = Self(algorithm: .product, arithmetic: .plain)
  package static let winograd4 = Self(algorithm: .winograd4, arithmetic: .plain)
  package static let winograd6 = Self(algorithm: .winograd6, arithmetic: .plain)
  package static let stridedWinograd2 = Self(algorithm: .stridedWinograd2, arithmetic: .plain)
  package static let stridedWinograd4 = Self(algorithm: .stridedWinograd4, arithmetic: .plain)
  package static let depthwise = Self(algorithm: .depthwise, arithmetic: .plain)

  /// The same algorithm with products by pairs.
  package var paired: Self { Self(algorithm: algorithm, arithmetic: .paired) }
  /// The same algorithm with products of numbers in bf16.
  package var bf16: Self { Self(algorithm: algorithm, arithmetic: .bf16) }

  /// Every kernel that there is: a depthwise convolution multiplies no matrices, and F(6×6) would round too much in bf16.
  package static let all = Algorithm.allCases.flatMap { algorithm in
    Arithmetic.allCases.filter { arithmetic in
      arithmetic == .plain || algorithm != .depthwise && (algorithm, arithmetic) != (.winograd6, .bf16)
    }.map { Self(algorithm: algorithm, arithmetic: $0) }
  }

  /// Its name in reports, such as `paired-winograd4`.
  package var description: String {
    arithmetic == .plain ? algorithm.rawValue : "\(arithmetic.rawValue)-\(algorithm.rawValue)"
  }

  /// Tells whether the kernel can compute a geometry.
  package func supports(_ geometry: ConvolutionGeometry) -> Bool {
    if let tile {
      return geometry.kernelHeight == 3 && geometry.kernelWidth == 3 && geometry.stride == tile.stride
        && geometry.dilation == 1 && geometry.verticalPadding == geometry.horizontalPadding
    }
    return algorithm != .depthwise
      || geometry.groups == geometry.inputChannels && geometry.outputChannels == geometry.groups
  }

  var tile: WinogradTile? {
    switch algorithm {
    case .winograd4: .four
    case .winograd6: .six
    case .stridedWinograd2: .stridedTwo
    case .stridedWinograd4: .stridedFour
    case .product, .depthwise: nil
    }
  }

  /// The products of matrices of one convolution.
  var points: Int { tile?.points ?? 1 }

  /// Whether products are made by pairs.
  var isPaired: Bool { arithmetic == .paired }

  /// Whether it can write a map in bf16.
  package var writesBF16: Bool { arithmetic == .bf16 || algorithm == .product && arithmetic == .plain }

  /// What the factors of its products are rounded to.
  package var elementType: ElementType { arithmetic == .bf16 ? .bf16 : .fp32 }
}
