import Diagnostics
import ModelIR
import ModelSyntax

/// A check for models that are legal but suspicious: the official code builds them without a warning, but incorrectly.
package struct Check: Sendable {
  /// The code of the warnings that the check reports.
  package let code: DiagnosticCode
  package let run: @Sendable (_ model: ModelDeclaration, _ graph: Graph) -> [Diagnostic]
  /// The check as a function of the declaration, for checks that need no graph and can examine models with errors.
  private(set) var runOnForm: (@Sendable (_ model: ModelDeclaration) -> [Diagnostic])?

  init(code: DiagnosticCode, run: @escaping @Sendable (ModelDeclaration, Graph) -> [Diagnostic]) {
    (self.code, self.run) = (code, run)
  }

  /// A check of how the model is written, which needs no graph.
  static func ofForm(
    _ code: DiagnosticCode, _ run: @escaping @Sendable (ModelDeclaration) -> [Diagnostic]
  ) -> Check {
    var check = Check(code: code) { model, _ in run(model) }
    check.runOnForm = run
    return check
  }
}

extension [Check] {
  /// All checks; the published models pass them.
  package static let all: [Check] = [
    .deadRow, .staleIndex, .staleIndexComment, .levelOrder, .singleHead, .partialMultiplier, .idleMultiplier,
    .ambiguousWord, .numberBelowOne, .shadowedBlock, .mixedGroups, .missingHead, .unusedParameter, .duplicateClass,
    .unknownCode,
  ]
}

/// The warnings about an elaborated model, in file order, without those that the file suppresses.
package func check(_ model: ModelDeclaration, _ graph: Graph, checks: [Check] = .all) -> [Diagnostic] {
  var found = checks.flatMap { $0.run(model, graph) }
  let misread: Set<DiagnosticCode> = [.staleIndex, .deadRow]
  if found.contains(where: { misread.contains($0.code) && !$0.isSilenced }),
    let mended = Renumbering.find(model)?.warning
  {
    found = found.filter { !misread.contains($0.code) } + [mended]
  }
  // A row that is dead because an index stops short of it, or a head omits it, is a consequence of that mistake.
  let causes: Set<DiagnosticCode> = [.staleIndex, .mixedGroups, .singleHead]
  let explained = Set(found.filter { causes.contains($0.code) }.flatMap { $0.secondary.map(\.range) })
  return found.filter { !$0.isSilenced && !($0.code == .deadRow && explained.contains($0.primary.range)) }.inFileOrder
}

/// The warnings about how a model is written, in file order. They do not need a graph, so the model may have errors.
package func checkForm(_ model: ModelDeclaration) -> [Diagnostic] {
  [Check].all.flatMap { $0.runOnForm?(model) ?? [] }.filter { !$0.isSilenced }.inFileOrder
}

extension Diagnostic {
  /// Whether the file suppresses this warning, by `# gelan: allow(code)` at the end of its line or alone on the line
  /// above.
  package var isSilenced: Bool {
    let (file, line) = (primary.range.file, primary.range.startLine)
    if file.allowedCodes(ofLine: line).contains(where: { $0.text == code.rawValue }) { return true }
    guard line > 1, file.isComment(line: line - 1) else { return false }
    return file.allowedCodes(ofLine: line - 1).contains { $0.text == code.rawValue }
  }
}

extension SourceFile {
  /// The codes in `# gelan: allow(code, code)` at the end of a line.
  func allowedCodes(ofLine line: Int) -> [SourceRange] {
    guard let start = commentStart(ofLine: line) else { return [] }
    let end = byteRange(ofLine: line).upperBound
    guard let open = bytes[start..<end].firstRange(of: Array("gelan: allow(".utf8))?.upperBound,
      let close = bytes[open..<end].firstIndex(of: UInt8(ascii: ")"))
    else { return [] }
    let separators = [UInt8(ascii: ","), UInt8(ascii: " ")]
    return bytes[open..<close].split { separators.contains($0) }.map {
      SourceRange(file: self, lower: $0.startIndex, upper: $0.endIndex)
    }
  }

  /// The comment at the end of a line with its `#`; `nil` when there is none. A `#` begins a comment at the start of a
  /// line or after white space, outside quotes.
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
      } else if "\"'".utf8.contains(byte), offset == range.lowerBound || " \t[{,:".utf8.contains(bytes[offset - 1]) {
        // Within a word it is an apostrophe.
        quote = byte
      } else if byte == UInt8(ascii: "#"), offset == range.lowerBound || bytes[offset - 1] <= 0x20 {
        return offset
      }
    }
    return nil
  }

  /// Whether a line has a comment and nothing else.
  func isComment(line: Int) -> Bool {
    guard let start = commentStart(ofLine: line) else { return false }
    return bytes[byteRange(ofLine: line).lowerBound..<start].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }
}
