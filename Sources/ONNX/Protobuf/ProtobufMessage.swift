import ModelIR

/// A protobuf message on its way to a file, in the published wire format (protobuf.dev/programming-guides/encoding).
///
/// Small fields are bytes already; large tensors are only named until the message is written, so that no model is in
/// memory twice. The message knows its length all the same, which enclosing messages begin with.
struct ProtobufMessage: Hashable, Sendable {
  /// A stretch of the message.
  enum Piece: Hashable, Sendable {
    case bytes([UInt8])
    /// The elements of a tensor of the plan, as little-endian fp32.
    case weight(String, count: Int)
  }

  private(set) var pieces: [Piece] = []
  /// The length of the encoded message; `Int.max` if it overflows.
  private(set) var byteCount = 0

  /// The most bytes that readers of protobuf accept in a message.
  static let sizeLimit = Int(Int32.max)

  private enum WireType: Int {
    case varint = 0
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// An integer; a negative one is written as the 64 bits of its two's complement.
  mutating func add(_ field: Int, integer: Int) {
    append(tag(field, .varint) + varint(UInt64(bitPattern: Int64(integer))))
  }

  mutating func add(_ field: Int, real: Float) {
    append(tag(field, .fixed32) + littleEndianBytes(real.bitPattern))
  }

  mutating func add(_ field: Int, text: String) {
    add(field, bytes: Array(text.utf8))
  }

  mutating func add(_ field: Int, bytes: [UInt8]) {
    append(tag(field, .lengthDelimited) + varint(UInt64(bytes.count)) + bytes)
  }

  mutating func add(_ field: Int, message: ProtobufMessage) {
    append(tag(field, .lengthDelimited) + varint(UInt64(message.byteCount)))
    for piece in message.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .weight(let name, let count): appendWeight(name, count: count)
      }
    }
  }

  /// The bytes of a tensor's elements.
  mutating func add(_ field: Int, weight name: String, count: Int) {
    append(tag(field, .lengthDelimited) + varint(UInt64(saturatingProduct(count, 4))))
    appendWeight(name, count: count)
  }

  private mutating func append(_ bytes: [UInt8]) {
    byteCount = saturatingSum([byteCount, bytes.count])
    // Neighbouring stretches become one: a graph of thousands of nodes is a few large writes.
    if case .bytes(var last) = pieces.last {
      pieces.removeLast()
      last += bytes
      pieces.append(.bytes(last))
    } else {
      pieces.append(.bytes(bytes))
    }
  }

  private mutating func appendWeight(_ name: String, count: Int) {
    pieces.append(.weight(name, count: count))
    byteCount = saturatingSum([byteCount, saturatingProduct(count, 4)])
  }

  private func tag(_ field: Int, _ type: WireType) -> [UInt8] { varint(UInt64(field << 3 | type.rawValue)) }

  /// Seven bits a byte, the lowest first; the eighth bit says that another byte follows.
  private func varint(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

/// The bytes of an integer in little-endian order.
func littleEndianBytes(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian, Array.init)
}
