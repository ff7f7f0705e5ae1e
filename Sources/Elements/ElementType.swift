/// The type of one element of a tensor, a feature map or a packed operand.
///
/// It is written so in options, reports and plan files: `fp32`, `bf16`. Other formats have names of their own, which stand
/// with their readers: those of safetensors in `Tensors`, those of PyTorch in `PyTorch`.
package enum ElementType: String, CaseIterable, Sendable {
  case fp64
  /// IEEE 754 single precision.
  case fp32
  /// IEEE 754 half precision: 11 significant bits, at most 65,504.
  case fp16
  /// The upper half of an `fp32`: 8 significant bits, the range of single precision.
  case bf16
  /// 4 bits of exponent and 3 of fraction.
  case fp8E4M3
  /// 5 bits of exponent and 2 of fraction.
  case fp8E5M2
  /// Two `fp32`: the real and the imaginary part.
  case complex64
  case int64, int32, int16, int8
  case uint64, uint32, uint16, uint8
  /// One byte, 0 or 1.
  case boolean

  /// The size of one element in bytes.
  @inlinable
  package var byteCount: Int {
    switch self {
    case .fp64, .complex64, .int64, .uint64: 8
    case .fp32, .int32, .uint32: 4
    case .fp16, .bf16, .int16, .uint16: 2
    case .fp8E4M3, .fp8E5M2, .int8, .uint8, .boolean: 1
    }
  }

  /// Whether the elements are real numbers of 16 bits or more, which `Float` can stand for.
  package var isFloatingPoint: Bool {
    switch self {
    case .fp64, .fp32, .fp16, .bf16: true
    default: false
    }
  }
}
