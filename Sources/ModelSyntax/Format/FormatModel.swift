import Diagnostics

/// Why a layout was not accepted: it would have changed more than the layout. It is a fault of the formatter's own.
package struct LayoutFault: Error, CustomStringConvertible {
  package let description: String
}

/// The text of a native model in its one layout: settings first, then blocks, then sections; the rows of a section
/// aligned; one spacing in lists; comments, and empty lines between groups, where they were.
///
/// What cannot be laid out anew without loss stays as it is; `unformattedSections(of:)` names it. Nothing changes places in
/// a file with anchors, since an alias has to stay behind its anchor.
///
/// - Throws: when the new text would not hold the same values in the same order and the same comments.
package func formatModel(_ yaml: YAMLNode) throws(LayoutFault) -> String {
  var layout = ModelLayout(yaml)
  let text = layout.text()
  let result: YAMLNode
  do {
    result = try parseYAML(SourceFile(name: yaml.range.file.name, text: text))
  } catch {
    throw LayoutFault(description: "\(yaml.range.file.name) would not be YAML any more once formatted")
  }
  func comments(_ node: YAMLNode) -> [String] { YAMLTrivia(node).comments.map(\.text).sorted() }
  guard result.isSame(as: yaml, atTop: true), comments(result) == comments(yaml) else {
    throw LayoutFault(description: "formatting \(yaml.range.file.name) would change more than its layout")
  }
  return text
}

/// The keys at the top whose values `formatModel` leaves as they are, each with what stands in the way.
package func unformattedSections(of yaml: YAMLNode) -> [(key: Spanned<String>, reason: String)] {
  ModelLayout(yaml).entriesThatStay().map { (Spanned($0.key.scalarText, $0.key.range), $0.reason) }
}
