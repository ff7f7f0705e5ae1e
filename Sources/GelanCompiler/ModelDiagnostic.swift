import Diagnostics

/// A fault in a model's text, or something suspicious in it, as a value.
///
/// ```
/// error[shape-mismatch]: …
///  --> model.yaml:12:5
/// ```
public struct ModelDiagnostic: Sendable, Hashable {
  package let base: Diagnostic

  package init(_ base: Diagnostic) { self.base = base }

  public enum Severity: Sendable, Hashable {
    /// The model cannot be compiled.
    case error
    /// The model is legal and probably not what was meant.
    case warning
  }

  /// A part of a text.
  public struct Location: Sendable, Hashable {
    /// The name of the source, or the path of an included file.
    public let file: String
    /// The bytes of the text, from the start of the file; UTF-8.
    public let bytes: Range<Int>
    /// Where the part starts: the line and the column in Unicode scalars, both from 1.
    public let start: Position
    /// Where it ends: the position after its last scalar.
    public let end: Position
  }

  public struct Position: Sendable, Hashable {
    /// From 1.
    public let line: Int
    /// In Unicode scalars, from 1.
    public let column: Int
  }

  /// A place, and what is to be said about it.
  public struct Label: Sendable, Hashable {
    public let location: Location
    /// May be empty.
    public let message: String
  }

  /// A correction of the text.
  public struct Fix: Sendable, Hashable {
    /// What it does, for people.
    public let title: String
    /// The parts to replace; they do not overlap.
    public let edits: [Edit]
    /// Whether it certainly says what was meant, so that it can be applied unseen.
    public let isSafe: Bool
  }

  public struct Edit: Sendable, Hashable {
    public let location: Location
    public let replacement: String
  }

  public var severity: Severity { base.severity == .error ? .error : .warning }

  /// The kind of fault, such as `shape-mismatch`; `gelan explain` describes each.
  public var code: String { base.code.rawValue }

  /// One sentence in lower case, without a full stop.
  public var message: String { base.message }

  /// The place to edit.
  public var location: Location { Location(base.primary.range) }

  /// What stands under the place to edit; may be empty.
  public var label: String { base.primary.message }

  /// Other places that matter, such as the row that made the other operand.
  public var secondary: [Label] { base.secondary.map(Label.init) }

  /// The block definitions that the fault was found in, outermost first.
  public var trace: [Label] { base.trace.map(Label.init) }

  /// The rules that were broken.
  public var notes: [String] { base.notes }

  /// What to do about it, in words.
  public var help: [String] { base.help }

  /// What to do about it, as edits.
  public var fixes: [Fix] {
    base.fixIts.map { fix in
      Fix(
        title: fix.title, edits: fix.edits.map { Edit(location: Location($0.range), replacement: $0.text) },
        isSafe: fix.isSafe)
    }
  }

  /// The diagnostic for a terminal: the message, lines of the source with carets, notes and help.
  ///
  /// - Parameter colour: Whether to use ANSI colours.
  public func text(colour: Bool = false) -> String { TextRenderer(colour: colour).render(base) }
}

extension ModelDiagnostic: CustomStringConvertible {
  /// One line: `model.yaml:12:5: error[shape-mismatch]: …`.
  public var description: String {
    let start = location.start
    return "\(location.file):\(start.line):\(start.column): \(base.severity.rawValue)[\(code)]: \(message)"
  }
}

extension ModelDiagnostic.Location {
  init(_ range: SourceRange) {
    self.init(
      file: range.file.name, bytes: range.lower..<range.upper,
      start: ModelDiagnostic.Position(line: range.startLine, column: range.startColumn),
      end: ModelDiagnostic.Position(line: range.endLine, column: range.endColumn))
  }
}

extension ModelDiagnostic.Label {
  init(_ label: Diagnostic.Label) {
    self.init(location: ModelDiagnostic.Location(label.range), message: label.message)
  }
}
