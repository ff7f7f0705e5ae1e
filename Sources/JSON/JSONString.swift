import Files

extension JSONParser {
  /// Reads a string; the position is at its opening quote.
  mutating func parseString() throws(JSONError) -> String {
    let quote = position
    position += 1
    let start = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return try decode(UnsafeRawBufferPointer(rebasing: bytes[start..<position]), stringStart: quote)
      case UInt8(ascii: "\\"): return try parseEscapedString(from: start, stringStart: quote)
      case 0..<0x20: throw failure("a control character in a string must be escaped")
      default: position += 1
      }
    }
    throw JSONError(offset: quote, message: "a string has no closing quote")
  }

  /// Goes on with a string whose first escape is at the position. Such strings are rare, so they alone pay for a copy.
  private mutating func parseEscapedString(from start: Int, stringStart: Int) throws(JSONError) -> String {
    var text = Array(bytes[start..<position])
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return try text.withTypedBytes { (buffer) throws(JSONError) in
          try decode(buffer, stringStart: stringStart)
        }
      case UInt8(ascii: "\\"): try parseEscape(into: &text)
      case 0..<0x20: throw failure("a control character in a string must be escaped")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw JSONError(offset: stringStart, message: "a string has no closing quote")
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    let start = position
    position += 1
    guard let letter = current else { throw failure("an escape is cut off") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = Unicode.Scalar(try parseEscapedScalar()) else {
        throw JSONError(offset: start, message: "a surrogate has no partner")
      }
      text.append(contentsOf: String(Character(scalar)).utf8)
    default: throw JSONError(offset: start, message: "unknown escape")
    }
  }

  /// Reads the digits of a `\u` escape, and of a second one when the first is the high half of a pair.
  ///
  /// - Returns: the scalar's value, or a surrogate's when it has no partner.
  private mutating func parseEscapedScalar() throws(JSONError) -> UInt32 {
    let high = try parseHexDigits()
    guard (0xD800..<0xDC00).contains(high), current == UInt8(ascii: "\\"),
      position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
    else { return high }
    position += 2
    let low = try parseHexDigits()
    guard (0xDC00..<0xE000).contains(low) else { return high }
    return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
  }

  private mutating func parseHexDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("'\\u' needs four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private func decode(_ text: UnsafeRawBufferPointer, stringStart: Int) throws(JSONError) -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      throw JSONError(offset: stringStart, message: "a string is not valid UTF-8")
    }
    return string
  }
}
