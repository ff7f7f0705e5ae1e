import KernelInterface
import Kernels

/// What convolutions round to before they multiply. Their sums, and everything else, are in single precision.
public enum InferencePrecision: String, CaseIterable, Sendable, Hashable {
  /// Single precision: nothing is rounded before it is multiplied.
  case fp32
  /// Weights and what they are multiplied with are rounded to eight significant bits: faster, and less exact. Only
  /// processors with AVX512-BF16 can.
  case bf16

  /// Whether this processor can.
  public var isAvailable: Bool { InstructionSet.best.multiplies(base) }

  package var base: Precision {
    switch self {
    case .fp32: .fp32
    case .bf16: .bf16
    }
  }
}
