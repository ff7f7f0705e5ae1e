import Diagnostics

/// A token of an expression.
enum ExpressionToken: Equatable {
  case integer(Int)
  case real(Double)
  /// A name with its dots: `half.0`.
  case name(String)
  /// `.*`, after a value.
  case each
  /// An operator, bracket, comma, colon or keyword.
  case symbol(String)
  case end
}

/// Splits the text of an expression into tokens.
struct ExpressionLexer {
  /// The words that are operators and therefore cannot be names.
  static let keywords: Set<String> = ["if", "else", "and", "or", "not"]
  private static let symbols = [
    "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "<", ">", "(", ")", "[", "]", ",", ":", "=",
  ]

  private let text: [UInt8]
  private var position = 0

  init(_ text: String) {
    self.text = Array(text.utf8)
  }

  struct Failure: Error {
    let code: DiagnosticCode
    let message: String
    let help: [String]
    /// The token's range, as offsets into the text's UTF-8.
    let range: Range<Int>
  }

  /// The next token and its range in the text's UTF-8.
  mutating func next() throws(Failure) -> (token: ExpressionToken, range: Range<Int>) {
    while position < text.count, text[position] == 0x20 || (0x09...0x0D).contains(text[position]) { position += 1 }
    let start = position
    guard position < text.count else { return (.end, start..<start) }
    let token = try scan()
    return (token, start..<position)
  }

  private mutating func scan() throws(Failure) -> ExpressionToken {
    let byte = text[position]
    if byte.isDigit { return try number() }
    if byte == UInt8(ascii: "."), position + 1 < text.count {
      if text[position + 1] == UInt8(ascii: "*") {
        position += 2
        return .each
      }
      if text[position + 1].isDigit { return try number() }
    }
    if byte.isNameStart { return name() }
    for symbol in Self.symbols where text[position...].starts(with: symbol.utf8) {
      position += symbol.utf8.count
      return .symbol(symbol)
    }
    throw Failure(
      code: .invalidExpression, message: "this character has no meaning in an expression", help: [],
      range: position..<position + 1)
  }

  private mutating func name() -> ExpressionToken {
    let start = position
    while position < text.count {
      if text[position].isNamePart {
        position += 1
      } else if text[position] == UInt8(ascii: "."), position + 1 < text.count, text[position + 1].isNamePart {
        position += 1
      } else {
        break
      }
    }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    return Self.keywords.contains(word) ? .symbol(word) : .name(word)
  }

  private mutating func number() throws(Failure) -> ExpressionToken {
    let start = position
    var isReal = false
    while position < text.count {
      let byte = text[position]
      if byte.isNamePart {
        let isExponent = byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
        isReal = isReal || isExponent
        position += 1
        let isSign =
          position < text.count && (text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+"))
        if isExponent, isSign, position + 1 < text.count, text[position + 1].isDigit { position += 1 }
      } else if byte == UInt8(ascii: "."), position + 1 >= text.count || text[position + 1] != UInt8(ascii: "*") {
        isReal = true
        position += 1
      } else {
        break
      }
    }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    if isReal, let value = Double(word), value.isFinite { return .real(value) }
    let isOctalLooking = word.utf8.count > 1 && word.hasPrefix("0")
    if !isReal, !isOctalLooking, let value = Int(word) { return .integer(value) }
    let help: [String]
    if isOctalLooking, let value = Int(word) {
      help = ["YAML 1.1 readers take a leading zero for base 8; write \(value)"]
    } else if !isReal, word.utf8.allSatisfy(\.isDigit) {
      help = ["numbers have to fit in 64 bits"]
    } else {
      help = ["numbers are written in decimal, such as 64 or 0.5"]
    }
    throw Failure(code: .invalidNumber, message: "'\(word)' is not a number here", help: help, range: start..<position)
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isNameStart: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
      || self == UInt8(ascii: "_")
  }
  var isNamePart: Bool { isDigit || isNameStart }
}
