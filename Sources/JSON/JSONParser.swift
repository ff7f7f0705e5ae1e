import Files

extension JSONValue {
  /// Reads one JSON document (RFC 8259) from UTF-8 bytes, strictly.
  ///
  /// Refused are trailing bytes, duplicate keys, malformed UTF-8, lone surrogates, a byte-order mark, numbers that no
  /// `Double` can hold, and more than 128 levels of nesting. Whole numbers outside of 64 bits become `.number`.
  package static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    return try parser.parseDocument()
  }

  /// Reads one JSON document from UTF-8 bytes, strictly.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    try bytes.withTypedBytes { (buffer) throws(JSONError) in try parse(buffer) }
  }
}

/// A recursive-descent reader over bytes.
///
/// **Invariant:** `position` never exceeds `bytes.count`, and every access is guarded: the buffer checks nothing itself
/// in optimised builds.
struct JSONParser {
  static let nestingLimit = 128

  let bytes: UnsafeRawBufferPointer
  var position = 0
  private var nesting = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The byte at the position, or nil at the end.
  var current: UInt8? {
    @inline(__always) get { position < bytes.count ? bytes[position] : nil }
  }

  mutating func parseDocument() throws(JSONError) -> JSONValue {
    let value = try parseValue()
    skipSpace()
    guard position == bytes.count else { throw failure("unexpected \(seen) after the end of the document") }
    return value
  }

  private mutating func parseValue() throws(JSONError) -> JSONValue {
    skipSpace()
    guard let byte = current else { throw failure("expected a value, found \(seen)") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try parseObject())
    case UInt8(ascii: "["): return .array(try parseArray())
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case UInt8(ascii: "t"): return try parseWord("true", .boolean(true))
    case UInt8(ascii: "f"): return try parseWord("false", .boolean(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: throw failure("expected a value, found \(seen)")
    }
  }

  private mutating func parseObject() throws(JSONError) -> JSONObject {
    try enter()
    var object = JSONObject()
    skipSpace()
    if skip("}") { return leave(with: object) }
    while true {
      skipSpace()
      let keyStart = position
      guard current == UInt8(ascii: "\"") else { throw failure("expected a key in quotes, found \(seen)") }
      let key = try parseString()
      skipSpace()
      guard skip(":") else { throw failure("expected ':' after a key, found \(seen)") }
      guard object.appendIfNew(key, try parseValue()) else {
        throw JSONError(offset: keyStart, message: "duplicate key \(quoted(key))")
      }
      skipSpace()
      if skip("}") { return leave(with: object) }
      guard skip(",") else { throw failure("expected ',' or '}', found \(seen)") }
    }
  }

  private mutating func parseArray() throws(JSONError) -> [JSONValue] {
    try enter()
    var array: [JSONValue] = []
    skipSpace()
    if skip("]") { return leave(with: array) }
    // Shapes have up to four numbers: one allocation instead of three.
    array.reserveCapacity(4)
    while true {
      array.append(try parseValue())
      skipSpace()
      if skip("]") { return leave(with: array) }
      guard skip(",") else { throw failure("expected ',' or ']', found \(seen)") }
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let count = word.utf8CodeUnitCount
    for index in 0..<count {
      guard position + index < bytes.count, bytes[position + index] == word.utf8Start[index] else {
        throw failure("expected '\(word)'")
      }
    }
    position += count
    return value
  }

  /// Passes an opening bracket, one level deeper.
  private mutating func enter() throws(JSONError) {
    guard nesting < Self.nestingLimit else {
      throw failure("more than \(Self.nestingLimit) levels of nesting")
    }
    nesting += 1
    position += 1
  }

  private mutating func leave<Container>(with container: Container) -> Container {
    nesting -= 1
    return container
  }

  @inline(__always)
  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  @inline(__always)
  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  /// What stands at the position, for messages.
  var seen: String {
    switch current {
    case nil: "the end of the text"
    case .some(let byte) where (0x21...0x7E).contains(byte): "'\(Character(Unicode.Scalar(byte)))'"
    case .some(let byte): "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }

  func failure(_ message: String) -> JSONError { JSONError(offset: position, message: message) }
}
