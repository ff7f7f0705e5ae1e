import Diagnostics
import ModelSyntax

extension Check {
  /// Comments that number the rows, such as `# 12` or `# 3-P2/4`, with a wrong number. Only comments change, so the fix
  /// is safe.
  package static let staleIndexComment = Check.ofForm(.staleIndexComment) { model in
    guard model.dialect.hasListRows else { return [] }
    var wrong: [(row: Int, range: SourceRange)] = []
    var right = 0
    for (row, declaration) in model.rows.enumerated() {
      let range = declaration.layer.range
      guard range.startLine == range.endLine, let number = numberRange(in: range.file, line: range.endLine) else {
        continue
      }
      if Int(number.text) == row { right += 1 } else { wrong.append((row, number)) }
    }
    // If no number matches, the comments count something else.
    guard let first = wrong.first, right > 0 else { return [] }
    let others = wrong.count - 1
    return [
      Diagnostic(
        .staleIndexComment, severity: .warning,
        "the comment says row \(first.range.text), and this is row \(first.row)",
        at: first.range,
        notes: others == 0 ? [] : ["the comments of \(others) other row\(others == 1 ? " is" : "s are") wrong too"],
        fixIts: [
          Diagnostic.FixIt(
            "renumber the comments", wrong.map { Diagnostic.Edit($0.range, String($0.row)) }, isSafe: true)
        ])
    ]
  }

  /// The number at the start of a line's comment, when it looks like an index: `# 7`, `# 7-P4/16`, `# 7 (P4)`.
  private static func numberRange(in file: SourceFile, line: Int) -> SourceRange? {
    guard let start = file.commentStart(ofLine: line) else { return nil }
    let end = file.byteRange(ofLine: line).upperBound
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    var lower = start + 1
    while lower < end, isSpace(file.bytes[lower]) { lower += 1 }
    var upper = lower
    while upper < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(file.bytes[upper]) { upper += 1 }
    guard upper > lower, upper - lower <= 4 else { return nil }
    let rest = file.text(upper..<end).drop { $0 == " " }
    guard rest.isEmpty || rest.hasPrefix("-P") || rest.hasPrefix("(") else { return nil }
    return SourceRange(file: file, lower: lower, upper: upper)
  }
}
