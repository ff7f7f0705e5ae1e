/// Reads little-endian numbers and runs of bytes in sequence; a read past the end returns `nil`.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  /// The next number of the given type.
  mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type = Number.self) -> Number? {
    guard let range = skip(MemoryLayout<Number>.size) else { return nil }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }

  /// The range of the next `count` bytes.
  mutating func skip(_ count: Int) -> Range<Int>? {
    guard count >= 0, offset >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
    defer { offset += count }
    return offset..<offset + count
  }

  /// The bytes up to a line feed, which is skipped.
  mutating func line() -> Range<Int>? {
    guard offset >= 0, offset <= bytes.count,
      let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    defer { offset = end + 1 }
    return offset..<end
  }

  /// The bytes of a range as text; invalid UTF-8 is replaced.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
