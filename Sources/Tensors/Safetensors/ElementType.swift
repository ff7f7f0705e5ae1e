/// The type of a tensor's elements, by its name in safetensors files.
package enum ElementType: String, CaseIterable, Sendable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float8Exponent4 = "F8_E4M3"
  case float8Exponent5 = "F8_E5M2"
  case complex64 = "C64"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case boolean = "BOOL"

  /// The size of one element in bytes.
  package var byteCount: Int {
    switch self {
    case .float64, .complex64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8Exponent4, .float8Exponent5, .int8, .uint8, .boolean: 1
    }
  }
}
