/// A line of a text that is being laid out.
enum LayoutLine {
  case blank
  /// Content, and the comment behind it.
  case text(String, comment: String? = nil)

  /// Several lines as a text, with at most one empty line in a row and none at the ends. Comments behind neighbouring lines
  /// start in one column.
  static func text(_ lines: [LayoutLine]) -> String {
    var text = ""
    var owesBlank = false
    for (index, line) in lines.enumerated() {
      switch line {
      case .blank: owesBlank = !text.isEmpty
      case .text(let content, let comment):
        if owesBlank { text += "\n" }
        owesBlank = false
        guard let comment else {
          text += content + "\n"
          continue
        }
        let column = commentColumn(lines, around: index)
        text += content + String(repeating: " ", count: column - content.count) + comment + "\n"
      }
    }
    return text
  }

  /// Two columns behind the longest of the neighbouring lines that have comments.
  private static func commentColumn(_ lines: [LayoutLine], around index: Int) -> Int {
    func width(_ index: Int) -> Int? {
      guard lines.indices.contains(index), case .text(let content, comment: .some) = lines[index] else { return nil }
      return content.count
    }
    var widest = width(index) ?? 0
    for step in [-1, 1] {
      var neighbour = index + step
      while let width = width(neighbour) {
        widest = max(widest, width)
        neighbour += step
      }
    }
    return widest + 2
  }
}
