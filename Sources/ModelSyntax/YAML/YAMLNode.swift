import Diagnostics

/// A YAML value and its source range. Aliases are already replaced by their values.
package struct YAMLNode: Sendable {
  package enum Kind: Sendable {
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
    /// An alias that cannot be resolved. Its error is reported only when the value is read.
    indirect case faulty(Diagnostic)
  }

  package struct Entry: Sendable {
    package let key: YAMLNode
    package let value: YAMLNode
  }

  package let kind: Kind
  package let range: SourceRange
  /// Whether the scalar's text equals its source text, so that offsets within it correspond to source offsets.
  package let isVerbatim: Bool

  /// The kind of the node, in words for a diagnostic.
  package var description: String {
    switch kind {
    case .scalar(let text, let isPlain): isPlain && YAMLNode.nullWords.contains(text) ? "nothing" : "a scalar"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .faulty: "an alias"
    }
  }

  /// The spellings of YAML's null. `None` is Python's, and a string in YAML.
  package static let nullWords: Set<String> = ["", "~", "null", "Null", "NULL"]

  package var isNull: Bool {
    if case .scalar(let text, isPlain: true) = kind { return Self.nullWords.contains(text) }
    return false
  }

  /// The node, unless it is an alias that cannot be resolved.
  func readable() throws(CompileFailure) -> YAMLNode {
    if case .faulty(let fault) = kind { throw CompileFailure(fault) }
    return self
  }

  /// The text of a scalar that is not null.
  package var text: String? {
    if case .scalar(let text, _) = kind, !isNull { return text }
    return nil
  }
}
