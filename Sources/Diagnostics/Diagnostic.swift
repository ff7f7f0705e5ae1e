/// An error or a warning about a source text. It is a value; renderers are pure functions of it.
package struct Diagnostic: Sendable, Hashable {
  package enum Severity: String, Sendable, Hashable {
    case error, warning
  }

  /// A range of source text with a short message under its caret.
  package struct Label: Sendable, Hashable {
    package var range: SourceRange
    package var message: String

    package init(_ range: SourceRange, _ message: String = "") {
      self.range = range
      self.message = message
    }
  }

  /// A replacement of source text.
  package struct Edit: Sendable, Hashable {
    package var range: SourceRange
    package var text: String

    package init(_ range: SourceRange, _ text: String) {
      self.range = range
      self.text = text
    }
  }

  /// A set of edits that corrects the error.
  package struct FixIt: Sendable, Hashable {
    package var title: String
    package var edits: [Edit]
    /// Whether the edits are certain to express the author's intent, so that they can be applied without review.
    package var isSafe: Bool

    package init(_ title: String, _ edits: [Edit], isSafe: Bool = false) {
      self.title = title
      self.edits = edits
      self.isSafe = isSafe
    }
  }

  /// What kind of error or warning it is.
  package var code: DiagnosticCode
  package var severity: Severity
  /// One sentence in lower case without a full stop.
  package var message: String
  /// The range that the author can edit.
  package var primary: Label
  /// Other relevant ranges, such as the row that produced the other operand.
  package var secondary: [Label]
  /// The block definitions that the error was found in, outermost first.
  package var trace: [Label]
  /// Facts, such as the rule that was broken.
  package var notes: [String]
  /// How to correct the error, in words.
  package var help: [String]
  /// How to correct the error, as edits.
  package var fixIts: [FixIt]

  package init(
    _ code: DiagnosticCode, severity: Severity = .error, _ message: String, at range: SourceRange, label: String = "",
    secondary: [Label] = [], trace: [Label] = [], notes: [String] = [], help: [String] = [], fixIts: [FixIt] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.primary = Label(range, label)
    self.secondary = secondary
    self.trace = trace
    self.notes = notes
    self.help = help
    self.fixIts = fixIts
  }
}

/// The errors that stopped a stage, in file order, with the warnings found beside them.
package struct CompileFailure: Error, Sendable {
  package let diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) {
    precondition(diagnostics.contains { $0.severity == .error }, "A compile failure needs at least one error.")
    self.diagnostics = diagnostics.inFileOrder
  }

  package init(_ diagnostic: Diagnostic) {
    self.init([diagnostic])
  }

  /// The failure with a fix-it added to its first error.
  package func offering(_ fixIt: Diagnostic.FixIt?) -> CompileFailure {
    guard let fixIt, let first = diagnostics.firstIndex(where: { $0.severity == .error }) else { return self }
    var offered = diagnostics
    offered[first].fixIts.append(fixIt)
    return CompileFailure(offered)
  }
}

/// A value and the warnings found while it was made.
package struct Checked<Value: Sendable>: Sendable {
  package var value: Value
  package var warnings: [Diagnostic]

  package init(_ value: Value, warnings: [Diagnostic] = []) {
    self.value = value
    self.warnings = warnings
  }
}

extension [Diagnostic] {
  /// The diagnostics in the order of their ranges; those with the same range keep their order.
  package var inFileOrder: [Diagnostic] {
    enumerated().sorted { left, right in
      let (a, b) = (left.element.primary.range, right.element.primary.range)
      return (a.file.name, a.lower, left.offset) < (b.file.name, b.lower, right.offset)
    }.map(\.element)
  }

  /// The diagnostics with each undefined name reported once, at its first use; further uses become labels, and one
  /// fix-it corrects all of them.
  package var joiningRepeatedNames: [Diagnostic] {
    var joined: [Diagnostic] = []
    var positions: [RepeatedName: Int] = [:]
    for diagnostic in inFileOrder {
      let name = RepeatedName(diagnostic)
      guard let name, let first = positions[name] else {
        if let name { positions[name] = joined.count }
        joined.append(diagnostic)
        continue
      }
      joined[first].secondary.append(Diagnostic.Label(diagnostic.primary.range, "and here"))
      if joined[first].fixIts.count == 1, diagnostic.fixIts.count == 1 {
        joined[first].fixIts[0].edits += diagnostic.fixIts[0].edits
      }
    }
    return joined
  }
}

/// What the diagnostics about one undefined name have in common.
private struct RepeatedName: Hashable {
  let file: ObjectIdentifier
  let name: String
  let message: String
  let notes: [String]
  let help: [String]

  init?(_ diagnostic: Diagnostic) {
    guard [.unknownName, .unknownBlock].contains(diagnostic.code) else { return nil }
    file = ObjectIdentifier(diagnostic.primary.range.file)
    name = diagnostic.primary.range.text
    message = diagnostic.message
    notes = diagnostic.notes
    help = diagnostic.help
  }
}
