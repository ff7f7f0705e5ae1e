import Diagnostics

/// A failure of the formatter: the new text would differ from the old one in more than layout.
package struct LayoutFault: Error, CustomStringConvertible {
  package let description: String
}

/// Formats a native model: settings first, then blocks, then sections; the rows of a section aligned; uniform spacing
/// in lists; comments, and empty lines between groups, preserved.
///
/// What cannot be laid out without loss is kept as it is; `unformattedSections(of:)` lists it. In a file with anchors
/// nothing is reordered, since an alias must stay after its anchor.
///
/// - Throws: `LayoutFault` when the new text would not have the same values in the same order and the same comments.
package func formatModel(_ yaml: YAMLNode) throws(LayoutFault) -> String {
  var layout = ModelLayout(yaml)
  let text = layout.text()
  let result: YAMLNode
  do {
    result = try parseYAML(SourceFile(name: yaml.range.file.name, text: text))
  } catch {
    throw LayoutFault(description: "\(yaml.range.file.name) would no longer be YAML once formatted")
  }
  func comments(_ node: YAMLNode) -> [String] { YAMLTrivia(node).comments.map(\.text).sorted() }
  guard result.isSame(as: yaml, atTop: true), comments(result) == comments(yaml) else {
    throw LayoutFault(description: "formatting \(yaml.range.file.name) would change more than its layout")
  }
  return text
}

/// The top-level keys whose values `formatModel` keeps as they are, each with the reason.
package func unformattedSections(of yaml: YAMLNode) -> [(key: Spanned<String>, reason: String)] {
  ModelLayout(yaml).entriesThatStay().map { (Spanned($0.key.scalarText, $0.key.range), $0.reason) }
}
