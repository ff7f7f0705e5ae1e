/// A line of the text that is being laid out.
enum LayoutLine {
  case blank
  /// Content, and the comment after it.
  case text(String, comment: String? = nil)

  /// The lines as a text, with at most one empty line in a row and none at the ends. Comments at the ends of adjacent
  /// lines are aligned, two columns after the longest of these lines.
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

  /// The number of characters before the comment; `nil` when there is no comment.
  private var widthBeforeComment: Int? {
    guard case .text(let content, comment: .some) = self else { return nil }
    return content.count
  }
}
