import Diagnostics
import ModelSyntax

/// The comments of a model file by what they belong to.
struct RowComments {
  /// Comments at the top of the file, in order.
  private(set) var head: [String] = []
  /// Comments after a setting, by its key.
  private(set) var ofSetting: [String: String] = [:]
  /// Comments above the section that a row begins, by the row.
  private(set) var aboveSection: [Int: [String]] = [:]
  private(set) var above: [Int: [String]] = [:]
  private(set) var behind: [Int: String] = [:]
  /// The rows that are separated by an empty line from the row before them, with the comments above them.
  private(set) var setOff: Set<Int> = []
  /// Comments below the last row.
  private(set) var foot: [String] = []

  /// Comments after settings without a counterpart are dropped with them.
  private static let keptSettings = ["nc", "activation", "ch", "channels", "name"]

  init(_ yaml: YAMLNode, rows: [RowDeclaration]) {
    let file = yaml.range.file
    var entries: [YAMLNode.Entry] = []
    if case .mapping(let written) = yaml.kind { entries = written }
    let sections = entries.filter { ["backbone", "head", "model"].contains($0.key.text) }
    let start = sections.map(\.key.range.lower).min() ?? 0
    let order = rows.indices.sorted { rows[$0].layer.range.lower < rows[$1].layer.range.lower }
    let trivia = YAMLTrivia(yaml)
    for (previous, row) in zip(order, order.dropFirst()) {
      let gap = trivia.gap(from: rows[previous].layer.range.upper, to: rows[row].layer.range.lower)
      if gap.items.contains(.blank) { setOff.insert(row) }
    }
    for comment in trivia.comments {
      let line = file.line(at: comment.lower)
      if let row = order.first(where: {
        rows[$0].layer.range.lower > comment.lower || Self.holds(rows[$0], comment, line)
      }) {
        let range = rows[row].layer.range
        let isBehind = comment.lower >= range.upper
        let setting = entries.last { $0.key.range.lower < comment.lower && file.line(at: $0.value.range.upper) == line }
        if isBehind, behind[row] == nil {
          behind[row] = comment.text
        } else if comment.lower < start, !comment.isAlone {
          if let key = setting?.key.text, Self.keptSettings.contains(key) { ofSetting[key] = comment.text }
        } else if comment.lower < start, !Self.touches(comment, sections, in: file) {
          head.append(comment.text)
        } else if sections.contains(where: { $0.key.range.lower > comment.lower && $0.key.range.lower < range.lower }) {
          aboveSection[row, default: []].append(comment.text)
        } else {
          above[row, default: []].append(comment.text)
        }
      } else {
        foot.append(comment.text)
      }
    }
  }

  /// Whether a comment is in a row or at its end.
  private static func holds(_ row: RowDeclaration, _ comment: YAMLComment, _ line: Int) -> Bool {
    let range = row.layer.range
    return (range.lower..<range.upper).contains(comment.lower)
      || (!comment.isAlone && comment.lower >= range.upper && range.file.line(at: range.upper) == line)
  }

  /// Whether a comment is directly above the first section's key, without an empty line between them.
  private static func touches(_ comment: YAMLComment, _ sections: [YAMLNode.Entry], in file: SourceFile) -> Bool {
    guard let key = sections.map(\.key.range.lower).min() else { return false }
    var line = file.line(at: comment.lower) + 1
    while line < file.line(at: key) {
      let text = file.text(file.byteRange(ofLine: line))
      guard text.contains("#") else { return false }
      line += 1
    }
    return line == file.line(at: key)
  }
}
