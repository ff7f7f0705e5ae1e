import Diagnostics

/// Lays out a model line by line.
///
/// A comment on a line of its own belongs to what follows it. Below the last row of a section it belongs to the section
/// when it is indented, and to what follows when it is not. A comment inside a row moves above that row.
struct ModelLayout {
  private let root: YAMLNode
  private let trivia: YAMLTrivia
  private var lines: [LayoutLine] = []

  /// The kind of a mapping's entries.
  private enum Entries {
    /// Settings of a model or of a block.
    case settings
    /// Rows of a section or of a block's body: flow lists that start in one column.
    case rows
    /// Definitions of blocks.
    case blocks
  }

  private static let width = 120

  init(_ root: YAMLNode) {
    self.root = root
    trivia = YAMLTrivia(root)
  }

  mutating func text() -> String {
    guard case .mapping(let entries) = root.kind, let first = entries.first else {
      return file.text(0..<file.bytes.count)
    }
    let kept = entries.indices.map { reasonToStay(entries[$0], region: region(of: $0, in: entries)) != nil }
    let start = firstByte
    let hasMarkBefore = trivia.marks.contains { $0 < first.key.range.lower }
    if kept.contains(true) || hasMarkBefore, root.isFlow || first.key.range.startColumn != 1 {
      return file.text(0..<file.bytes.count)
    }
    // An alias must stay after its anchor, so nothing is reordered when the file has aliases.
    let order = kept.contains(true) || root.hasReferences ? entries : entries.inLayoutOrder
    var leading: [YAMLTrivia.Item] = []
    if hasMarkBefore {
      lines.append(.text(file.text(start..<lineStart(first.key.range.lower)).trimmingLastLineEnd))
    } else {
      let above = trivia.gap(from: min(start, first.key.range.lower), to: first.key.range.lower).items
      // Of the comments above the first key, only those after an empty line move with it.
      let ownStart = order[0].key.range == first.key.range ? nil : above.lastIndex(of: .blank)
      addItems(Array(above[..<(ownStart ?? above.count)]), indent: 0)
      leading = Array(above[(ownStart ?? above.count)...])
    }

    var pieces: [(entry: YAMLNode.Entry, lines: [LayoutLine])] = []
    let head = lines
    for (index, entry) in entries.enumerated() {
      lines = []
      let end = region(of: index, in: entries).upperBound
      if kept[index] {
        leading = addVerbatim(entry, leading: leading, end: end)
      } else {
        leading = add(entry, as: kind(ofTop: entry), leading: leading, indent: 0, nameWidth: nil, end: end)
      }
      pieces.append((entry, lines))
    }
    lines = head
    for entry in order {
      for piece in pieces where piece.entry.key.range == entry.key.range { lines += piece.lines }
    }
    addItems(leading, indent: 0)
    return LayoutLine.text(lines)
  }

  private var file: SourceFile { root.range.file }
  private var firstByte: Int { file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  private func lineStart(_ offset: Int) -> Int { file.byteRange(ofLine: file.line(at: offset)).lowerBound }

  // MARK: What is kept as it is

  /// The range from an entry's key to the next entry's key.
  private func region(of index: Int, in entries: [YAMLNode.Entry]) -> Range<Int> {
    let end = index + 1 < entries.count ? entries[index + 1].key.range.lower : file.bytes.count
    return entries[index].key.range.lower..<max(end, entries[index].key.range.lower)
  }

  /// The top-level entries that are kept as they are, each with a short reason.
  func entriesThatStay() -> [(key: YAMLNode, reason: String)] {
    guard case .mapping(let entries) = root.kind else { return [] }
    return entries.indices.compactMap { index in
      reasonToStay(entries[index], region: region(of: index, in: entries)).map { (entries[index].key, $0) }
    }
  }

  private func reasonToStay(_ entry: YAMLNode.Entry, region: Range<Int>) -> String? {
    if let mark = trivia.marks.first(where: { region.contains($0) }) {
      return switch file.bytes[mark] {
      case UInt8(ascii: "&"), UInt8(ascii: "*"): "an anchor that is not before a list in brackets"
      case UInt8(ascii: "!"): "a tag"
      default: "a document marker, a complex key or an anchor"
      }
    }
    if entry.key.hasLongScalar || entry.value.hasLongScalar { return "a text over several lines" }
    return canLayOut(entry.value, as: kind(ofTop: entry)) ? nil : "comments between the items of a list"
  }

  private func canLayOut(_ node: YAMLNode, as kind: Entries) -> Bool {
    switch node.kind {
    case .scalar, .faulty: return true
    case .sequence(let items):
      if !trivia.comments(in: node.range.lower..<node.range.upper).isEmpty, node.isFlow { return kind == .rows }
      return node.isFlow || kind == .rows || items.allSatisfy { $0.isFlow && canLayOut($0, as: .settings) }
    case .mapping(let entries):
      if node.isAlias { return true }
      if isWrittenOut(node, kind) { return entries.allSatisfy { canLayOut($0.value, as: kindInside(kind, $0)) } }
      return trivia.comments(in: node.range.lower..<node.range.upper).isEmpty
    }
  }

  /// Adds an entry as it is in the file; returns the trivia below it.
  private mutating func addVerbatim(
    _ entry: YAMLNode.Entry, leading: [YAMLTrivia.Item], end: Int
  ) -> [YAMLTrivia.Item] {
    addItems(leading, indent: 0)
    let start = lineStart(entry.key.range.lower)
    var upper = start
    let free = trivia.comments.filter { $0.isAlone && $0.indentation == 0 }
    var line = file.line(at: start)
    while line <= file.lineCount {
      let range = file.byteRange(ofLine: line)
      guard range.lowerBound < end else { break }
      let isFree = free.contains { $0.lower == range.lowerBound }
      if !isFree, !file.bytes[range].allSatisfy(\.isYAMLSpace) { upper = range.upperBound }
      line += 1
    }
    lines.append(.text(file.text(start..<upper)))
    return trivia.gap(from: upper, to: end).items
  }

  // MARK: Entries

  private func kind(ofTop entry: YAMLNode.Entry) -> Entries {
    let key = entry.key.text ?? ""
    if key == "blocks" { return .blocks }
    return Section(rawValue: key) == nil ? .settings : .rows
  }

  private func kindInside(_ kind: Entries, _ entry: YAMLNode.Entry) -> Entries {
    switch kind {
    case .rows: .rows
    case .blocks: entry.key.text == "body" ? .rows : .blocks
    case .settings: .settings
    }
  }

  /// Whether a mapping has a line for each entry.
  private func isWrittenOut(_ node: YAMLNode, _ kind: Entries) -> Bool {
    guard case .mapping(let entries) = node.kind, !entries.isEmpty else { return false }
    if !node.isFlow { return true }
    // Sections and bodies that were written with braces; the arguments of a row are inside a list instead.
    return kind == .rows && !node.isAlias && node.anchorRange == nil
      && entries.allSatisfy { entry in
        if case .sequence = entry.value.kind { true } else { false }
      }
  }

  /// Adds an entry with the lines above it; returns the trivia below it that belongs to the next entry.
  private mutating func add(
    _ entry: YAMLNode.Entry, as kind: Entries, leading: [YAMLTrivia.Item], indent: Int, nameWidth: Int?, end: Int
  ) -> [YAMLTrivia.Item] {
    let margin = String(repeating: " ", count: indent)
    let name = entry.key.scalarText
    if isWrittenOut(entry.value, kind), case .mapping(let entries) = entry.value.kind {
      if indent == 0 { lines.append(.blank) }
      addItems(leading, indent: indent)
      return addMapping(entries, as: kind, under: entry, title: margin + name + ":", indent: indent + 2, end: end)
    }
    let upper = max(entry.key.range.upper, entry.value.range.upper)
    let (trailing, below) = trivia.gap(from: upper, to: end)
    if case .sequence(let items) = entry.value.kind, !entry.value.isFlow, kind != .rows {
      addItems(leading, indent: indent)
      return addItemsOfList(items, under: entry, title: margin + name + ":", indent: indent + 2, end: end)
    }
    addItems(leading, indent: indent)
    for comment in trivia.comments(in: entry.key.range.lower..<upper) { lines.append(.text(margin + comment.text)) }
    let label = (name + ":").padded(to: nameWidth ?? 0)
    let isEmpty = entry.value.scalarRangeIsEmpty
    var text = margin + (isEmpty ? name + ":" : label + " " + entry.value.blockText)
    if text.count > Self.width, kind != .rows,
      let wrapped = wrapped(entry.value, after: margin + label + " ", indent: indent + 2)
    {
      text = wrapped
    }
    let lastLine = text.split(separator: "\n").last.map(String.init) ?? text
    if lastLine != text { lines.append(.text(String(text.dropLast(lastLine.count + 1)))) }
    lines.append(.text(lastLine, comment: trailing))
    return below
  }

  private mutating func addMapping(
    _ entries: [YAMLNode.Entry], as kind: Entries, under parent: YAMLNode.Entry, title: String, indent: Int, end: Int
  ) -> [YAMLTrivia.Item] {
    var (trailing, leading) = trivia.gap(from: parent.key.range.upper, to: entries[0].key.range.lower)
    lines.append(.text(title, comment: trailing))
    while leading.first == .blank { leading.removeFirst() }
    let names = entries.filter { !isWrittenOut($0.value, kindInside(kind, $0)) }.map { $0.key.scalarText.count + 1 }
    let nameWidth = kind == .rows ? names.max() : nil
    for (index, entry) in entries.enumerated() {
      let limit = index + 1 < entries.count ? entries[index + 1].key.range.lower : end
      leading = add(
        entry, as: kindInside(kind, entry), leading: leading, indent: indent, nameWidth: nameWidth, end: limit)
    }
    return addFooter(leading, under: parent, indent: indent)
  }

  private mutating func addItemsOfList(
    _ items: [YAMLNode], under parent: YAMLNode.Entry, title: String, indent: Int, end: Int
  ) -> [YAMLTrivia.Item] {
    let first = items.first?.range.lower ?? end
    var (trailing, leading) = trivia.gap(from: parent.key.range.upper, to: first)
    lines.append(.text(title, comment: trailing))
    while leading.first == .blank { leading.removeFirst() }
    let margin = String(repeating: " ", count: indent)
    for (index, item) in items.enumerated() {
      addItems(leading, indent: indent)
      let limit = index + 1 < items.count ? items[index + 1].range.lower : end
      (trailing, leading) = trivia.gap(from: item.range.upper, to: limit)
      lines.append(.text(margin + "- " + (item.isNull ? "null" : item.blockText), comment: trailing))
    }
    return addFooter(leading, under: parent, indent: indent)
  }

  /// Adds the comments below the last entry that are indented deeper than the entry's parent; returns the others.
  private mutating func addFooter(_ items: [YAMLTrivia.Item], under parent: YAMLNode.Entry, indent: Int) -> [YAMLTrivia
    .Item]
  {
    let column = parent.key.range.lower - lineStart(parent.key.range.lower)
    var inside = 0
    for (index, item) in items.enumerated() {
      guard case .comment(_, let indentation) = item else { continue }
      guard indentation > column else { break }
      inside = index + 1
    }
    addItems(Array(items[..<inside]), indent: indent)
    return Array(items[inside...])
  }

  private mutating func addItems(_ items: [YAMLTrivia.Item], indent: Int) {
    for item in items {
      switch item {
      case .blank: lines.append(.blank)
      case .comment(let text, _): lines.append(.text(String(repeating: " ", count: indent) + text))
      }
    }
  }

  /// A long list or mapping on several lines.
  private func wrapped(_ node: YAMLNode, after start: String, indent: Int) -> String? {
    let items: [String]
    let brackets: (String, String)
    switch node.kind {
    case _ where node.isAlias: return nil
    case .scalar, .faulty: return nil
    case .sequence(let nodes): (items, brackets) = (nodes.map(\.flowText), ("[", "]"))
    case .mapping(let entries):
      (items, brackets) = (entries.map { "\($0.key.flowText): \($0.value.flowText)" }, ("{", "}"))
    }
    let margin = String(repeating: " ", count: indent)
    var text = start + node.anchorText + brackets.0
    var line = margin
    for (index, item) in items.enumerated() {
      let piece = item + (index + 1 < items.count ? "," : brackets.1)
      if line != margin, line.count + 1 + piece.count > Self.width {
        text += "\n" + line
        line = margin + piece
      } else {
        line += (line == margin ? "" : " ") + piece
      }
    }
    return text + "\n" + line
  }
}

extension YAMLNode {
  /// Whether the node has no text.
  fileprivate var scalarRangeIsEmpty: Bool {
    if case .scalar = kind { return scalarText.isEmpty }
    return false
  }

  /// The node on one line, outside of flow collections, where commas need no quotes.
  fileprivate var blockText: String {
    if case .scalar = kind { return scalarText }
    return flowText
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  fileprivate var trimmingLastLineEnd: String {
    var text = self
    while text.unicodeScalars.last == "\n" || text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
    return text
  }
}
