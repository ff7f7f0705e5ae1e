import Elements
import KernelInterface

/// One way to compute a convolution: an algorithm, and the arithmetic of its GEMMs.
package struct ConvolutionKernel: Sendable, Hashable, CustomStringConvertible {
  package enum Algorithm: String, CaseIterable, Sendable {
    /// Implicit GEMM: im2col copies strips of pixels into packed panels, which are multiplied with the packed weights.
    case gemm
    /// Winograd's F(4×4, 3×3): 3×3 kernel, stride 1, no dilation, by a quarter of the multiplications.
    case winograd4
    /// Winograd's F(6×6, 3×3): a fifth of the multiplications, and more rounding.
    case winograd6
    /// Winograd's F(2×2, 2×2), F(2, 2) and plain GEMM for the four phases of a 3×3 kernel with stride 2: 25 of 36
    /// multiplications.
    case stridedWinograd2 = "strided-winograd2"
    /// The same with F(4×4, 2×2) and F(4, 2): 81 of 144 multiplications.
    case stridedWinograd4 = "strided-winograd4"
    /// One input channel for each output channel, without a GEMM.
    case depthwise
  }

  package enum Arithmetic: String, CaseIterable, Sendable {
    case plain
    /// Winograd's inner product (1968): two multiplications become one and two additions.
    case paired
    /// Operands are rounded to bf16; dot products of two elements are summed in fp32.
    case bf16
  }

  package let algorithm: Algorithm
  package let arithmetic: Arithmetic

  package static let gemm = Self(algorithm: .gemm, arithmetic: .plain)
  package static let winograd4 = Self(algorithm: .winograd4, arithmetic: .plain)
  package static let winograd6 = Self(algorithm: .winograd6, arithmetic: .plain)
  package static let stridedWinograd2 = Self(algorithm: .stridedWinograd2, arithmetic: .plain)
  package static let stridedWinograd4 = Self(algorithm: .stridedWinograd4, arithmetic: .plain)
  package static let depthwise = Self(algorithm: .depthwise, arithmetic: .plain)

  /// The same algorithm with Winograd's inner product.
  package var paired: Self { Self(algorithm: algorithm, arithmetic: .paired) }
  /// The same algorithm with operands in bf16.
  package var bf16: Self { Self(algorithm: algorithm, arithmetic: .bf16) }

  /// All kernels: a depthwise convolution has no GEMM, and F(6×6) would round too much in bf16.
  package static let all = Algorithm.allCases.flatMap { algorithm in
    Arithmetic.allCases.filter { arithmetic in
      arithmetic == .plain || algorithm != .depthwise && (algorithm, arithmetic) != (.winograd6, .bf16)
    }.map { Self(algorithm: algorithm, arithmetic: $0) }
  }

  /// Its name in reports, such as `paired-winograd4`.
  package var description: String {
    arithmetic == .plain ? algorithm.rawValue : "\(arithmetic.rawValue)-\(algorithm.rawValue)"
  }

  /// Whether the kernel can compute a geometry.
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
    case .gemm, .depthwise: nil
    }
  }

  /// The GEMMs of one convolution: one for each Winograd point.
  var points: Int { tile?.points ?? 1 }

  /// Whether GEMMs use Winograd's inner product.
  var isPaired: Bool { arithmetic == .paired }

  /// Whether the kernel can write a feature map in bf16.
  package var writesBF16: Bool { arithmetic == .bf16 || algorithm == .gemm && arithmetic == .plain }

  /// The element type of its operands.
  package var elementType: ElementType { arithmetic == .bf16 ? .bf16 : .fp32 }
}
