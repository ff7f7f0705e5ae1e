/// The fields of a protobuf message, read back independently of the encoder under test.
struct ProtobufReader {
  enum Value: Equatable {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  struct Malformed: Error {
    let offset: Int
  }

  private(set) var fields: [(number: Int, value: Value)] = []

  init(_ bytes: ArraySlice<UInt8>) throws {
    var rest = bytes
    func varint() throws -> UInt64 {
      var (number, shift): (UInt64, UInt64) = (0, 0)
      while let byte = rest.popFirst() {
        guard shift < 64 else { break }
        number |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return number }
        shift += 7
      }
      throw Malformed(offset: rest.startIndex)
    }
    while !rest.isEmpty {
      let tag = try varint()
      switch tag & 7 {
      case 0:
        fields.append((Int(tag >> 3), .number(try varint())))
      case 2:
        let count = Int(try varint())
        guard count <= rest.count else { throw Malformed(offset: rest.startIndex) }
        fields.append((Int(tag >> 3), .bytes(rest.prefix(count))))
        rest = rest.dropFirst(count)
      case 5:
        guard rest.count >= 4 else { throw Malformed(offset: rest.startIndex) }
        fields.append((Int(tag >> 3), .fixed32(rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })))
        rest = rest.dropFirst(4)
      default:
        throw Malformed(offset: rest.startIndex)
      }
    }
  }

  func numbers(_ field: Int) -> [Int] {
    fields.compactMap {
      if $0.number == field, case .number(let number) = $0.value { Int(bitPattern: UInt(number)) } else { nil }
    }
  }

  func reals(_ field: Int) -> [Float] {
    fields.compactMap {
      if $0.number == field, case .fixed32(let bits) = $0.value { Float(bitPattern: bits) } else { nil }
    }
  }

  func bytes(_ field: Int) -> [ArraySlice<UInt8>] {
    fields.compactMap { if $0.number == field, case .bytes(let bytes) = $0.value { bytes } else { nil } }
  }

  func texts(_ field: Int) -> [String] { bytes(field).map { String(decoding: $0, as: UTF8.self) } }

  func messages(_ field: Int) throws -> [ProtobufReader] { try bytes(field).map { try ProtobufReader($0) } }
}
