import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A row of a list file with a number below 1. This does not omit the row: the official code builds it once.
  package static let numberBelowOne = Check.ofForm(.numberBelowOne) { model in
    guard model.dialect.hasListRows else { return [] }
    return model.rows.compactMap { row in
      let range = row.layer.number.range
      guard let written = Int(range.text), written < 1 else { return nil }
      return Diagnostic(
        .numberBelowOne, severity: .warning, "the number \(written) does not omit the row", at: range,
        notes: ["the official code builds such a row once"],
        fixIts: [Diagnostic.FixIt("write 1", [Diagnostic.Edit(range, "1")])])
    }
  }
}
