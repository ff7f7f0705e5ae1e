/// Renders diagnostics for people: message, source lines with carets, trace, notes and help.
///
/// A pure function of its input: the caller decides whether to use colour.
package struct TextRenderer: Sendable {
  /// Whether to use ANSI colours.
  package var colour: Bool

  package init(colour: Bool = false) {
    self.colour = colour
  }

  /// The maximum length of an excerpt of a source line, in characters.
  private static let excerptWidth = 110

  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map(render).joined(separator: "\n")
  }

  package func render(_ diagnostic: Diagnostic) -> String {
    let severityStyle: Style = diagnostic.severity == .error ? .error : .warning
    var lines = [
      paint("\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]", severityStyle)
        + paint(": \(diagnostic.message.escapingControlCharacters())", .bold)
    ]
    let primary = diagnostic.primary
    let gutter = gutterWidth(of: diagnostic)
    lines.append(header(of: primary.range, gutter: gutter, arrow: "-->"))

    let marked =
      [MarkedLabel(label: primary, isPrimary: true)]
      + diagnostic.secondary.map { MarkedLabel(label: $0, isPrimary: false) }
    for (index, file) in files(of: marked).enumerated() {
      let labels = marked.filter { $0.label.range.file === file }
      if index > 0 { lines.append(header(of: labels[0].label.range, gutter: gutter, arrow: ":::")) }
      lines += snippet(labels, gutter: gutter, severity: severityStyle)
    }

    let indent = String(repeating: " ", count: gutter)
    for frame in diagnostic.trace {
      let place = "\(frame.range.file.name):\(frame.range.startLine):\(frame.range.startColumn)"
      lines.append(indent + footer("trace", "\(frame.message) (\(place))"))
    }
    for note in diagnostic.notes { lines.append(indent + footer("note", note)) }
    for help in diagnostic.help + diagnostic.fixIts.map(\.title) { lines.append(indent + footer("help", help)) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A line below the source lines.
  private func footer(_ title: String, _ text: String) -> String {
    " \(paint("=", .frame)) \(paint("\(title):", .bold)) \(text.escapingControlCharacters())"
  }

  private struct MarkedLabel {
    let label: Diagnostic.Label
    let isPrimary: Bool
  }

  private func files(of labels: [MarkedLabel]) -> [SourceFile] {
    labels.reduce(into: []) { files, marked in
      if !files.contains(where: { $0 === marked.label.range.file }) { files.append(marked.label.range.file) }
    }
  }

  private func gutterWidth(of diagnostic: Diagnostic) -> Int {
    let ranges = [diagnostic.primary.range] + diagnostic.secondary.map(\.range)
    return String(ranges.map(\.startLine).max() ?? 1).count
  }

  private func header(of range: SourceRange, gutter: Int, arrow: String) -> String {
    String(repeating: " ", count: gutter) + paint(arrow, .frame)
      + " \(range.file.name.escapingControlCharacters()):\(range.startLine):\(range.startColumn)"
  }

  /// The labelled lines of one file in order, with `...` between lines that are far apart.
  private func snippet(_ labels: [MarkedLabel], gutter: Int, severity: Style) -> [String] {
    let margin = String(repeating: " ", count: gutter)
    var lines = ["\(margin) \(paint("|", .frame))"]
    var previous: Int?
    for line in Set(labels.map(\.label.range.startLine)).sorted() {
      if let previous, line > previous + 1 { lines.append(paint("...", .frame)) }
      previous = line
      let onLine = labels.filter { $0.label.range.startLine == line }
        .sorted { $0.label.range.lower < $1.label.range.lower }
      let excerpt = Excerpt(of: line, around: onLine[0].label.range, width: Self.excerptWidth)
      let number = String(line)
      let padding = String(repeating: " ", count: gutter - number.count)
      lines.append("\(padding)\(paint("\(number) |", .frame)) \(excerpt.text)")
      for marked in onLine {
        let (offset, count) = excerpt.columns(of: marked.label.range)
        let mark = String(repeating: marked.isPrimary ? "^" : "-", count: count)
        let message = marked.label.message.isEmpty ? "" : " \(marked.label.message.escapingControlCharacters())"
        let underline = excerpt.blank(upTo: offset) + paint(mark + message, marked.isPrimary ? severity : .frame)
        lines.append("\(margin) \(paint("|", .frame)) \(underline)")
      }
    }
    lines.append("\(margin) \(paint("|", .frame))")
    return lines
  }

  private enum Style: String {
    case error = "1;31"
    case warning = "1;33"
    case frame = "1;34"
    case bold = "1"
  }

  private func paint(_ text: String, _ style: Style) -> String {
    colour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// The part of a source line that is shown, at most `width` characters of it.
private struct Excerpt {
  private let scalars: [Unicode.Scalar]
  private let range: SourceRange
  private let lineRange: Range<Int>
  private let window: Range<Int>
  /// The visible part, with `…` where something was left out.
  let text: String

  init(of line: Int, around range: SourceRange, width: Int) {
    self.range = range
    lineRange = range.file.byteRange(ofLine: line)
    scalars = Array(range.file.text(lineRange).unicodeScalars)
    let start = range.file.scalarCount(from: lineRange.lowerBound, to: range.lower)
    let lower = scalars.count <= width ? 0 : max(0, min(start - width / 3, scalars.count - width))
    window = lower..<min(scalars.count, lower + width)
    // Control characters would disturb the terminal; tabs stay, and are repeated under the line.
    var visible = String.UnicodeScalarView(
      scalars[window].map { $0 != "\t" && $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 })
    if window.lowerBound > 0 {
      visible.replaceSubrange(visible.startIndex..<visible.index(after: visible.startIndex), with: ["…"])
    }
    if window.upperBound < scalars.count { visible.append("…") }
    text = String(visible)
  }

  /// The offset of a range in the window and the number of its visible characters, at least one.
  func columns(of range: SourceRange) -> (offset: Int, count: Int) {
    let start = range.file.scalarCount(from: lineRange.lowerBound, to: range.lower)
    let end = range.file.scalarCount(from: lineRange.lowerBound, to: min(range.upper, lineRange.upperBound))
    let offset = min(max(start, window.lowerBound), window.upperBound) - window.lowerBound
    let upper = min(max(end, window.lowerBound), window.upperBound) - window.lowerBound
    return (offset, max(1, upper - offset))
  }

  /// White space as wide as the first characters of the window; tabs stay tabs so that carets line up.
  func blank(upTo offset: Int) -> String {
    var blank = String.UnicodeScalarView()
    for index in 0..<offset {
      let position = window.lowerBound + index
      blank.append(position < scalars.count && scalars[position] == "\t" ? "\t" : " ")
    }
    return String(blank)
  }
}

extension String {
  /// The text with control and format characters escaped, so that a name from a file cannot send commands to a
  /// terminal.
  ///
  /// - Parameter kept: A character that is not escaped.
  package func escapingControlCharacters(except kept: Unicode.Scalar? = nil) -> String {
    var text = UnicodeScalarView()
    for scalar in unicodeScalars {
      // Most characters are printable ASCII, and looking up the category of the others is the slowest part.
      if scalar == kept || (scalar.isASCII && scalar >= " " && scalar != "\u{7F}") {
        text.append(scalar)
        continue
      }
      switch scalar.properties.generalCategory {
      case .control, .format: text.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}
