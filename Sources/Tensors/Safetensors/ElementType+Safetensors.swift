import Elements

extension ElementType {
  /// The type by its name in safetensors files; `nil` if they have no such type.
  package init?(safetensorsName name: String) {
    guard let type = ElementType.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
    self = type
  }

  /// The type's name in safetensors files.
  package var safetensorsName: String {
    switch self {
    case .fp64: "F64"
    case .fp32: "F32"
    case .fp16: "F16"
    case .bf16: "BF16"
    case .fp8E4M3: "F8_E4M3"
    case .fp8E5M2: "F8_E5M2"
    case .complex64: "C64"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint64: "U64"
    case .uint32: "U32"
    case .uint16: "U16"
    case .uint8: "U8"
    case .boolean: "BOOL"
    }
  }
}
