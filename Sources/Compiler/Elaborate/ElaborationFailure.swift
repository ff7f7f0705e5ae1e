import Diagnostics
import ModelIR
import ModelSyntax

/// Why a row or entry has no value.
enum ElaborationFailure: Error {
  /// It reads something faulty that was reported already.
  case poisoned
  case fault(Fault)

  struct Fault {
    var code: DiagnosticCode
    var message: String
    /// The expression at fault; in a standard block it is not what the person can edit.
    var range: SourceRange?
    /// Which column of the calling row the fault is about, for when the person cannot edit `range`.
    var column: Column
    var notes: [String] = []
    var help: [String] = []
    var fixIts: [Diagnostic.FixIt] = []
    /// What the values at fault are, to be shown where the row names them.
    var operands: [(value: ValueID, message: String)] = []
    /// A source or an argument that is at fault without being a tensor.
    var culprit: Value?
    /// The rows and entries that the fault was found in, innermost first; added on the way out.
    var frames: [Frame] = []
  }

  /// A row of the model or an entry of a block that was being elaborated.
  struct Frame {
    let layer: LayerDeclaration
    /// The block whose body the entry stands in; nothing for a row.
    let block: String?
    /// The sources as written, one by one.
    let sources: [(value: Value, range: SourceRange)]
  }

  /// A column of a row.
  enum Column {
    case from, number, block, arguments
  }

  static func fault(
    _ code: DiagnosticCode, _ message: String, _ range: SourceRange?, column: Column = .from, notes: [String] = [],
    help: [String] = [], culprit: Value? = nil
  ) -> ElaborationFailure {
    .fault(
      Fault(code: code, message: message, range: range, column: column, notes: notes, help: help, culprit: culprit))
  }

  /// A name that is none of the candidates.
  static func wrongName(
    _ code: DiagnosticCode, _ message: String, _ name: String, among candidates: some Sequence<String>,
    at range: SourceRange,
    column: Column = .from, notes: [String] = []
  ) -> ElaborationFailure {
    let (help, fixIts) = correction(of: name, among: candidates, at: range)
    return .fault(
      Fault(code: code, message: message, range: range, column: column, notes: notes, help: help, fixIts: fixIts))
  }
}
