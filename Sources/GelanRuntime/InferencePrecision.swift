import Elements
import KernelInterface
import Kernels

/// The element type of convolutions' operands and of the feature maps between steps. Sums are in fp32.
public enum InferencePrecision: String, CaseIterable, Sendable, Hashable {
  /// Single precision: operands and feature maps are not rounded.
  case fp32
  /// Weights, their operands and feature maps are rounded to eight significant bits, elements below the smallest normal
  /// number to zero, and SiLU has a relative error of up to 2⁻¹²: faster, and less exact. Convolutions of fewer than
  /// sixteen channels, such as the image's, and depthwise ones multiply in fp32; maps that are decoded to boxes stay in
  /// fp32. Needs a processor with AVX512-BF16.
  case bf16

  /// Whether this processor supports it.
  public var isAvailable: Bool { InstructionSet.best.supports(base) }

  package var base: ElementType {
    switch self {
    case .fp32: .fp32
    case .bf16: .bf16
    }
  }
}

extension InferencePrecision {
  /// Throws `InferenceError.precision` if these instructions, on this processor, do not multiply elements of this type.
  func check(_ instructions: InstructionSet) throws(InferenceError) {
    guard instructions.supports(base) else {
      throw .precision(
        "this processor multiplies no numbers in \(rawValue) with its \(instructions.rawValue) kernels")
    }
  }
}
