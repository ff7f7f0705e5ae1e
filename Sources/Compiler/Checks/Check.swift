import Diagnostics
import ModelIR
import ModelSyntax

/// A doubt about a model that has no fault: what the official code would build without a word, and get wrong.
package struct Check: Sendable {
  /// The code of the warnings that it gives.
  package let code: DiagnosticCode
  package let run: @Sendable (_ model: ModelDeclaration, _ graph: Graph) -> [Diagnostic]
}

extension [Check] {
  /// The checks; the published graphs pass all of them.
  package static let all: [Check] = [
    .deadRow, .staleIndex, .staleIndexComment, .levelOrder, .singleHead, .partialMultiplier, .idleMultiplier,
    .ambiguousWord, .numberBelowOne, .shadowedBlock,
  ]
}

/// The doubts about an elaborated model, in file order, without those that the file silences.
package func check(_ model: ModelDeclaration, _ graph: Graph, checks: [Check] = .all) -> [Diagnostic] {
  var found = checks.flatMap { $0.run(model, graph) }
  let misread: Set<DiagnosticCode> = [.staleIndex, .deadRow]
  if found.contains(where: { misread.contains($0.code) && !$0.isSilenced }),
    let mended = Renumbering.find(model)?.warning
  {
    found = found.filter { !misread.contains($0.code) } + [mended]
  }
  // A row that is dead because an index stops short of it is part of that mistake.
  let explained = Set(found.filter { $0.code == .staleIndex }.flatMap { $0.secondary.map(\.range) })
  return found.filter { !$0.isSilenced && !($0.code == .deadRow && explained.contains($0.primary.range)) }.inFileOrder
}

extension Diagnostic {
  /// Whether the file allows this warning: by `# gelan: allow(code)` at the end of its line, or alone on the line above.
  package var isSilenced: Bool {
    let (file, line) = (primary.range.file, primary.range.startLine)
    if allowedCodes(file.comment(ofLine: line)).contains(code.rawValue) { return true }
    guard line > 1, file.isComment(line: line - 1) else { return false }
    return allowedCodes(file.comment(ofLine: line - 1)).contains(code.rawValue)
  }

  private func allowedCodes(_ comment: String) -> [String] {
    guard let open = comment.firstRange(of: "gelan: allow("),
      let close = comment[open.upperBound...].firstIndex(of: ")")
    else { return [] }
    return comment[open.upperBound..<close].split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
  }
}

extension SourceFile {
  /// The comment at the end of a line with its `#`, or nothing. A `#` begins a comment at the start of a line or after
  /// white space, outside quotes.
  func comment(ofLine line: Int) -> String {
    guard let start = commentStart(ofLine: line) else { return "" }
    return text(start..<byteRange(ofLine: line).upperBound)
  }

  /// The byte offset of the `#` that begins a line's comment.
  func commentStart(ofLine line: Int) -> Int? {
    var quote: UInt8?
    let range = byteRange(ofLine: line)
    for offset in range {
      let byte = bytes[offset]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "#"), offset == range.lowerBound || bytes[offset - 1] <= 0x20 {
        return offset
      }
    }
    return nil
  }

  /// Whether a line holds a comment and nothing else.
  func isComment(line: Int) -> Bool {
    guard let start = commentStart(ofLine: line) else { return false }
    return bytes[byteRange(ofLine: line).lowerBound..<start].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }
}
