import Elements
import KernelInterface
import Kernels

/// What convolutions round to before they multiply, and what the maps between steps are kept in. Sums are in single
/// precision.
public enum InferencePrecision: String, CaseIterable, Sendable, Hashable {
  /// Single precision: nothing is rounded before it is multiplied.
  case fp32
  /// Weights, what they are multiplied with and maps are rounded to eight significant bits, numbers below the smallest
  /// normal one to zero, and SiLU is computed to 2⁻¹² of it: faster, and less exact. Convolutions of fewer than sixteen
  /// channels, as of an image, and those of each channel by itself multiply in single precision, and what is decoded to
  /// boxes stays in it. Only processors with AVX512-BF16 can.
  case bf16

  /// Whether this processor can.
  public var isAvailable: Bool { InstructionSet.best.supports(base) }

  package var base: ElementType {
    switch self {
    case .fp32: .fp32
    case .bf16: .bf16
    }
  }
}

extension InferencePrecision {
  /// Throws `InferenceError.precision` where these instructions, on this processor, do not multiply such numbers.
  func check(_ instructions: InstructionSet) throws(InferenceError) {
    guard instructions.supports(base) else {
      throw .precision(
        "this processor multiplies no numbers in \(rawValue) with its \(instructions.rawValue) kernels")
    }
  }
}
