/// A line of a text that is being laid out.
enum LayoutLine {
  case blank
  /// Content, and the comment behind it.
  case text(String, comment: String? = nil)

  /// Several lines as a text, with at most one empty line in a row and none at the ends. Comments behind neighbouring lines
  /// start in one column, two behind the longest of them.
  static func text(_ lines: [LayoutLine]) -> String {
    var text = ""
    var owesBlank = false
    let widths = lines.map(\.widthBeforeComment)
    var widest = 0
    for (index, line) in lines.enumerated() {
      switch line {
      case .blank: owesBlank = !text.isEmpty
      case .text(let content, let comment):
        if owesBlank { text += "\n" }
        owesBlank = false
        guard let comment, let width = widths[index] else {
          text += content + "\n"
          continue
        }
        let isFirst = index == 0 || widths[index - 1] == nil
        if isFirst { widest = widths[index...].prefix { $0 != nil }.compactMap(\.self).max() ?? width }
        text += content + String(repeating: " ", count: widest + 2 - width) + comment + "\n"
      }
    }
    return text
  }

  /// The characters before the comment; nothing when there is none.
  private var widthBeforeComment: Int? {
    guard case .text(let content, comment: .some) = self else { return nil }
    return content.count
  }
}
