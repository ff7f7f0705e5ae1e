/// Bounds-checked reads of integers from a file, which return `nil` past its end.
extension UnsafeRawBufferPointer {
  /// Returns the byte at `offset`.
  func byte(at offset: Int) -> UInt8? {
    offset >= 0 && offset < count ? self[offset] : nil
  }

  /// Returns the 16-bit unsigned integer that starts at `offset`.
  func uint16(at offset: Int, littleEndian: Bool = false) -> Int? {
    guard offset >= 0, offset < count - 1 else { return nil }
    let first = Int(self[offset])
    let second = Int(self[offset + 1])
    return littleEndian ? second << 8 | first : first << 8 | second
  }

  /// Returns the 32-bit unsigned integer that starts at `offset`.
  func uint32(at offset: Int, littleEndian: Bool = false) -> Int? {
    guard let first = uint16(at: offset, littleEndian: littleEndian),
      let second = uint16(at: offset + 2, littleEndian: littleEndian)
    else { return nil }
    return littleEndian ? second << 16 | first : first << 16 | second
  }

  /// Returns the part of the file in `range`, clipped to the file.
  func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[range.clamped(to: 0..<count)])
  }
}
