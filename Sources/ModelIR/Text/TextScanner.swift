/// A name in quotes, with the characters that would end it or the line escaped.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// Reads one line of a graph's or plan's text, word by word.
struct TextScanner {
  private(set) var rest: Substring
  let line: Int

  init(_ text: Substring, line: Int) {
    rest = text.drop { $0 == " " }
    self.line = line
  }

  var isAtEnd: Bool { rest.isEmpty }

  func error(_ message: String) -> TextError { TextError(message, line: line) }

  mutating func take(_ token: String) -> Bool {
    guard rest.hasPrefix(token) else { return false }
    rest = rest.dropFirst(token.count).drop { $0 == " " }
    return true
  }

  mutating func expect(_ token: String) throws(TextError) {
    guard take(token) else { throw error("'\(token)' was expected before '\(rest.prefix(20))'") }
  }

  /// Everything up to a space.
  mutating func word() throws(TextError) -> String {
    let word = rest.prefix { $0 != " " }
    guard !word.isEmpty else { throw error("the line ends too early") }
    rest = rest.dropFirst(word.count).drop { $0 == " " }
    return String(word)
  }

  mutating func integer() throws(TextError) -> Int {
    let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == "-") }
    guard let number = Int(digits) else { throw error("a number was expected before '\(rest.prefix(20))'") }
    rest = rest.dropFirst(digits.count).drop { $0 == " " }
    return number
  }

  mutating func string() throws(TextError) -> String {
    guard rest.hasPrefix("\"") else { throw error("a name in quotes was expected before '\(rest.prefix(20))'") }
    rest = rest.dropFirst()
    var result = String.UnicodeScalarView()
    var scalars = rest.unicodeScalars
    while let scalar = scalars.popFirst() {
      if scalar == "\"" {
        rest = Substring(scalars).drop { $0 == " " }
        return String(result)
      }
      if scalar == "\\", let escaped = scalars.popFirst() {
        switch escaped {
        case "n": result.append("\n")
        case "r": result.append("\r")
        case "t": result.append("\t")
        default: result.append(escaped)
        }
      } else {
        result.append(scalar)
      }
    }
    throw error("a quote is not closed")
  }

  /// Everything up to `delimiter`, which is dropped.
  mutating func text(upTo delimiter: String) throws(TextError) -> Substring {
    guard let found = rest.firstRange(of: delimiter) else { throw error("'\(delimiter)' was expected") }
    let text = rest[..<found.lowerBound]
    rest = rest[found.upperBound...].drop { $0 == " " }
    return text
  }

  mutating func takeRest() -> Substring {
    defer { rest = "" }
    return rest
  }

  func expectEnd() throws(TextError) {
    guard rest.isEmpty else { throw error("the line should end before '\(rest.prefix(20))'") }
  }
}

extension StringProtocol {
  /// The lines that are not blank, numbered from 1.
  var numberedLines: [(text: Substring, number: Int)] {
    Substring(self).split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      line.allSatisfy { $0 == " " } ? nil : (line, index + 1)
    }
  }
}

/// `@row scope` at the end of a line; a dash stands for no row.
extension Origin {
  var text: String { "@\(row.map(String.init) ?? "-") \(scope)" }

  static func read(_ scanner: inout TextScanner) throws(TextError) -> Origin {
    try scanner.expect("@")
    if scanner.take("- ") { return Origin(row: nil, scope: try scanner.word()) }
    return Origin(row: try scanner.integer(), scope: try scanner.word())
  }
}

/// The names of classes; names of the form `class 0` to `class n` are printed as their number.
enum ClassText {
  static func text(_ names: [String]) -> String {
    names == defaultNames(names.count)
      ? "classes \(names.count)" : "classes " + names.map(quoted).joined(separator: " ")
  }

  static func read(_ scanner: inout TextScanner) throws(TextError) -> [String] {
    if !scanner.rest.hasPrefix("\"") {
      let count = try scanner.integer()
      guard (0...TensorType.maximumChannels).contains(count) else {
        throw scanner.error("\(count) is not a legal number of classes")
      }
      return defaultNames(count)
    }
    var names: [String] = []
    while !scanner.isAtEnd { names.append(try scanner.string()) }
    return names
  }

  private static func defaultNames(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }
}
