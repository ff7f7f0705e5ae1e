import Diagnostics

/// The likely mistake behind a libyaml error.
///
/// libyaml names the first character that it cannot accept, in terms of its grammar. The mistake is often some lines
/// before: a bracket or quote that is not closed, or a colon without a space after it.
struct YAMLSlip {
  let source: SourceFile
  /// libyaml's description of the problem, and the offset where it stopped.
  let problem: String
  let offset: Int
  /// libyaml's description of what it was reading, and the offset where that begins.
  let context: (text: String, offset: Int)?

  var diagnostic: Diagnostic {
    if let context {
      if context.text == "while scanning a simple key" { return missingColon(after: context.offset) }
      if context.text == "while scanning a quoted scalar" {
        return slip("this quote is not closed", at: context.offset, stopsAt: nil)
      }
      if context.text.hasPrefix("while parsing a flow ") {
        if let row = unclosedRow(from: context.offset) { return unclosed(row) }
        if let place = missingComma { return missingComma(at: place) }
        return unclosed(context.offset)
      }
      if context.text == "while parsing a block mapping", let line = lineBefore, let start = lineStart(line),
        indentation(of: start) == indentation(of: offset), !code(ofLine: line).contains(where: isColon)
      {
        return missingColon(after: start)
      }
    }
    let labels = context.map { [Diagnostic.Label(place($0.offset), $0.text)] } ?? []
    return Diagnostic(.yamlSyntax, "this is not YAML: \(problem)", at: place(offset), secondary: labels, help: help)
  }

  private var help: [String] {
    switch source.bytes.dropFirst(offset).first {
    case UInt8(ascii: "\t"): return ["this is a tab; YAML is indented with spaces"]
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      return ["there is no open bracket that this one could close"]
    case UInt8(ascii: ",") where problem == "did not find expected node content":
      return ["a value is missing before this comma"]
    case nil where problem == "did not find expected node content":
      return ["a bracket is still open where the file ends"]
    default: break
    }
    if problem == "mapping values are not allowed in this context" {
      return ["each key needs a line of its own; a value that contains ': ' must be quoted"]
    }
    guard context?.text == "while parsing a block mapping", let found = indentation(of: offset),
      let before = lineBefore.flatMap(lineStart).flatMap(indentation), found != before
    else { return [] }
    return ["this line is indented by \(found), and the one before it by \(before)"]
  }

  private func slip(_ message: String, at start: Int, stopsAt end: Int?, help: [String] = []) -> Diagnostic {
    let labels = end.map { [Diagnostic.Label(place($0), problem)] } ?? []
    return Diagnostic(
      .yamlSyntax, "this is not YAML: \(message)", at: place(start), secondary: labels, help: help)
  }

  // MARK: Keys

  private func missingColon(after key: Int) -> Diagnostic {
    let line = source.byteRange(ofLine: source.line(at: key))
    let colon = code(min(key, line.upperBound)..<line.upperBound).first { source.bytes[$0] == UInt8(ascii: ":") }
    if let colon {
      return slip("a space is missing after this colon", at: colon, stopsAt: nil)
    }
    return slip("this line has no colon after its key", at: key, stopsAt: nil)
  }

  // MARK: Brackets

  private func unclosed(_ bracket: Int) -> Diagnostic {
    slip("this bracket is not closed", at: bracket, stopsAt: offset)
  }

  private func missingComma(at place: Int) -> Diagnostic {
    let edit = Diagnostic.Edit(SourceRange(file: source, lower: place, upper: place), ",")
    return Diagnostic(
      .yamlSyntax, "this is not YAML: a comma is missing before this", at: self.place(offset),
      fixIts: [Diagnostic.FixIt("write a comma after '\(source.text(place - 1..<place))'", [edit])])
  }

  /// The position of a missing comma: after the last value, when another bracket opens where libyaml stopped.
  private var missingComma: Int? {
    let openers = [UInt8(ascii: "["), UInt8(ascii: "{")]
    guard let byte = source.bytes.dropFirst(offset).first, openers.contains(byte) else { return nil }
    var end = offset
    while end > 0 {
      let range = source.byteRange(ofLine: source.line(at: end - 1))
      guard range.lowerBound < end else { return nil }
      let text = code(range.lowerBound..<min(end, range.upperBound))
      if let last = text.last(where: { source.bytes[$0] > 0x20 }) {
        let isOpen = openers.contains(source.bytes[last]) || source.bytes[last] == UInt8(ascii: ",")
        return isOpen ? nil : last + 1
      }
      end = range.lowerBound
    }
    return nil
  }

  /// In a list whose bracket is on a line of its own: the row from which all rows are nested one bracket too deep.
  private func unclosedRow(from list: Int) -> Int? {
    let first = source.line(at: list)
    guard code(list + 1..<max(list + 1, source.byteRange(ofLine: first).upperBound)).allSatisfy(isBlank),
      first < source.line(at: offset)
    else { return nil }
    var depth = 0
    var rowDepth: Int?
    var found: Int?
    for line in first + 1...source.line(at: offset) {
      let range = source.byteRange(ofLine: line)
      let code = code(range.lowerBound..<min(range.upperBound, offset))
      let before = depth
      for index in code {
        if source.bytes[index] == UInt8(ascii: "[") { depth += 1 }
        if source.bytes[index] == UInt8(ascii: "]") { depth -= 1 }
      }
      guard let start = code.first(where: { !isBlank($0) }), source.bytes[start] == UInt8(ascii: "[") else { continue }
      if before == rowDepth ?? before {
        rowDepth = before
        found = depth > before ? start : nil
      }
    }
    return found
  }

  // MARK: Lines

  /// The last line before the one where libyaml stopped that has more than a comment.
  private var lineBefore: Int? { (1..<source.line(at: offset)).last { lineStart($0) != nil } }

  private func lineStart(_ line: Int) -> Int? { code(ofLine: line).first { !isBlank($0) } }

  private func code(ofLine line: Int) -> [Int] { code(source.byteRange(ofLine: line)) }

  /// Whether there is a colon here that ends a key.
  private func isColon(_ index: Int) -> Bool {
    guard source.bytes[index] == UInt8(ascii: ":") else { return false }
    return index + 1 == source.bytes.count || isBlank(index + 1)
  }

  /// The offsets of a part of a line that are neither in quotes nor in a comment.
  private func code(_ part: Range<Int>) -> [Int] {
    var offsets: [Int] = []
    var quote: UInt8?
    for index in part {
      let byte = source.bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "#"), index == part.lowerBound || isBlank(index - 1) {
        break
      }
      if quote == nil { offsets.append(index) }
    }
    return offsets
  }

  private func isBlank(_ index: Int) -> Bool { source.bytes[index] <= 0x20 }

  /// The number of spaces before the first character of the line.
  private func indentation(of offset: Int) -> Int? {
    let start = source.byteRange(ofLine: source.line(at: offset)).lowerBound
    guard start <= offset, offset <= source.bytes.count,
      source.bytes[start..<offset].allSatisfy({ $0 == UInt8(ascii: " ") })
    else { return nil }
    return offset - start
  }

  private func place(_ offset: Int) -> SourceRange {
    SourceRange(file: source, lower: min(offset, source.bytes.count), upper: min(offset + 1, source.bytes.count))
  }
}
