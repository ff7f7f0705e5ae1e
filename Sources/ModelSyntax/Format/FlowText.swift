import Diagnostics

extension YAMLNode {
  /// The node on one line: `[-1, 1, Conv, [16, 3, 2]]`, `{c2: 32, k: 3}`. Scalars keep their spelling.
  var flowText: String {
    if isAlias { return range.text }
    switch kind {
    case .scalar, .faulty:
      let text = scalarText
      return text.isEmpty ? "null" : quotedForFlow(text)
    case .sequence(let items):
      return "\(anchorText)[\(items.map(\.flowText).joined(separator: ", "))]"
    case .mapping(let entries):
      return "\(anchorText){\(entries.map { "\($0.key.flowText): \($0.value.flowText)" }.joined(separator: ", "))}"
    }
  }

  /// A scalar as it was written, with its quotes.
  var scalarText: String {
    guard case .scalar(let text, let isPlain) = kind, !isPlain else { return range.text }
    let bytes = range.file.bytes
    let isInside = range.upper - range.lower == text.utf8.count && range.lower > 0 && range.upper < bytes.count
    guard isInside, bytes[range.lower - 1] == bytes[range.upper],
      bytes[range.upper] == UInt8(ascii: "'") || bytes[range.upper] == UInt8(ascii: "\"")
    else { return range.text }
    return SourceRange(file: range.file, lower: range.lower - 1, upper: range.upper + 1).text
  }

  /// A plain scalar in block context may contain characters that would end it in a flow collection.
  private func quotedForFlow(_ text: String) -> String {
    guard case .scalar(_, isPlain: true) = kind, text.contains(where: { ",[]{}".contains($0) }) else { return text }
    guard text.hasPrefix("&"), let space = text.firstIndex(of: " ") else { return quoted(text) }
    return text[...space] + quoted(String(text[space...].drop { $0 == " " }))
  }

  /// Whether the node is written with brackets or braces, or as an alias.
  var isFlow: Bool {
    if isAlias || anchorRange != nil { return true }
    let bytes = range.file.bytes
    guard range.lower < bytes.count else { return false }
    switch kind {
    case .scalar, .faulty: return true
    case .sequence: return bytes[range.lower] == UInt8(ascii: "[")
    case .mapping: return bytes[range.lower] == UInt8(ascii: "{")
    }
  }

  /// Whether a scalar of the node spans several lines.
  var hasLongScalar: Bool {
    switch kind {
    case .scalar, .faulty: scalarText.utf8.contains(UInt8(ascii: "\n"))
    case .sequence(let items): items.contains(where: \.hasLongScalar)
    case .mapping(let entries): entries.contains { $0.key.hasLongScalar || $0.value.hasLongScalar }
    }
  }

  /// Whether two trees have the same values, regardless of positions and notation. The order of the top-level keys is
  /// ignored.
  func isSame(as other: YAMLNode, atTop: Bool = false) -> Bool {
    switch (kind, other.kind) {
    case (.scalar(let a, _), .scalar(let b, _)):
      return (isNull && other.isNull) || (isNull == other.isNull && a == b)
    case (.sequence(let a), .sequence(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
    case (.mapping(var a), .mapping(var b)):
      if atTop { (a, b) = (a.inLayoutOrder, b.inLayoutOrder) }
      return a.count == b.count && zip(a, b).allSatisfy { $0.key.isSame(as: $1.key) && $0.value.isSame(as: $1.value) }
    default:
      return false
    }
  }
}

/// The text as a quoted YAML scalar on one line.
package func quoted(_ text: String) -> String {
  if !text.contains("'") { return "'\(text)'" }
  let escaped = text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
    .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
  return "\"\(escaped)\""
}

extension [YAMLNode.Entry] {
  /// The order of the top-level keys of a model: settings, blocks, sections. Sections keep the order of the file, which
  /// determines the row indices.
  var inLayoutOrder: [YAMLNode.Entry] {
    let settings = ["name", "classes", "input", "channels", "activation", "parameters", "include"]
    func rank(_ entry: YAMLNode.Entry) -> Int {
      let key = entry.key.text ?? ""
      if let position = settings.firstIndex(of: key) { return position }
      if key == "blocks" { return settings.count + 1 }
      return Section(rawValue: key) == nil ? settings.count : settings.count + 2
    }
    return enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element)
  }
}
