import Diagnostics
import ModelIR
import ModelSyntax

/// The reason why a row or entry has no value: its errors, or none when it reads a faulty value that was already
/// reported.
struct ElaborationFailure: Error {
  var faults: [Fault]

  static let poisoned = ElaborationFailure(faults: [])

  static func fault(_ fault: Fault) -> ElaborationFailure { ElaborationFailure(faults: [fault]) }

  struct Fault {
    var code: DiagnosticCode
    /// One sentence; its predicate when there is a subject.
    var message: String
    /// The argument at fault, under the name that is nearest to the author's text.
    var subject: (block: String, parameter: String)?
    /// The block that cannot read its input, by the name nearest to the author's text; the message is its predicate.
    var reader: String?
    /// The names that the error derives from, where it was found; on the way out they are replaced by those of the
    /// callers.
    var blamed: [String] = []
    /// Whether the argument is passed on unchanged, so that the caller's own name for it is equivalent.
    var isHandedOn = true
    /// The argument that the author can edit, once it is known.
    var argument: SourceRange?
    /// The expression at fault; in a standard block the author cannot edit it.
    var range: SourceRange?
    /// The column of the calling row that the error concerns, used when the author cannot edit `range`.
    var column: Column
    var notes: [String] = []
    var help: [String] = []
    var fixIts: [Diagnostic.FixIt] = []
    /// The values at fault, which are shown at the sources of the row.
    var operands: [(value: ValueID, message: String)] = []
    /// The value at fault, when it is not a tensor.
    var culprit: Value?
    /// The number of groups that the sources should form.
    var groupCount: Int?
    /// The rows and entries that the error was found in, innermost first; appended on the way out.
    var frames: [Frame] = []
  }

  /// A row of the model or an entry of a block that was being elaborated.
  struct Frame {
    let layer: LayerDeclaration
    /// The block that contains the entry; `nil` for a row.
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

  /// A name that is not among the candidates.
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
  /// The failure with a change to each of its errors.
  func mapped(_ change: (inout Fault) -> Void) -> ElaborationFailure {
    var copy = self
    for index in copy.faults.indices { change(&copy.faults[index]) }
    return copy
  }
}

extension ElaborationFailure? {
  /// The result of `body`; `nil` when it throws, and its errors are added to those so far.
  mutating func attempt<Value>(_ body: () throws(ElaborationFailure) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      var failure = self ?? .poisoned
      self = nil  // releases the reference, so that the array is not copied
      failure.faults += error.faults
      self = failure
      return nil
    }
  }
}
