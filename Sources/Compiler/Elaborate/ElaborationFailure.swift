import Diagnostics
import ModelIR
import ModelSyntax

/// Why a row or entry has no value: its faults, or none when it reads something faulty that was reported already.
struct ElaborationFailure: Error {
  var faults: [Fault]

  static let poisoned = ElaborationFailure(faults: [])

  static func fault(_ fault: Fault) -> ElaborationFailure { ElaborationFailure(faults: [fault]) }

  struct Fault {
    var code: DiagnosticCode
    /// One sentence; what follows the subject when there is one.
    var message: String
    /// The argument that is at fault, under the name that it has nearest to what the person wrote.
    var subject: (block: String, parameter: String)?
    /// What cannot read its input, by the name nearest to what the person wrote; the message goes on after it.
    var reader: String?
    /// The names that the fault comes of, where it was found; on the way out those of the callers take their place.
    var blamed: [String] = []
    /// Whether the argument is handed on as it is, so that the caller's own name for it says the same.
    var isHandedOn = true
    /// The argument that the person can edit, once it is known.
    var argument: SourceRange?
    /// The expression at fault; in a standard block it is not what the person can edit.
    var range: SourceRange?
    /// Which column of the calling row the fault is about, for when the person cannot edit `range`.
    var column: Column
    var notes: [String] = []
    var help: [String] = []
    var fixIts: [Diagnostic.FixIt] = []
    /// What the values at fault are, to be shown where the row names them.
    var operands: [(value: ValueID, message: String)] = []
    /// The value that is at fault without being a tensor.
    var culprit: Value?
    /// How many groups of levels the sources should have been.
    var groupCount: Int?
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
    help: [String] = [], culprit: Value? = nil, blamed: [String] = []
  ) -> ElaborationFailure {
    .fault(
      Fault(
        code: code, message: message, blamed: blamed, range: range, column: column, notes: notes, help: help,
        culprit: culprit))
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

extension ElaborationFailure {
  /// The failure with a change to each of its faults.
  func mapped(_ change: (inout Fault) -> Void) -> ElaborationFailure {
    var copy = self
    for index in copy.faults.indices { change(&copy.faults[index]) }
    return copy
  }
}

extension ElaborationFailure? {
  /// The result of `body`, or nothing and its faults kept beside those so far.
  mutating func attempt<Value>(_ body: () throws(ElaborationFailure) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      var failure = self ?? .poisoned
      self = nil  // so that the faults so far are not copied
      failure.faults += error.faults
      self = failure
      return nil
    }
  }
}
