import Diagnostics

/// A comment of a YAML file.
package struct YAMLComment: Sendable {
  /// From the `#` to the end of the line, without spaces at the end.
  package let text: String
  /// The byte offset of the `#`, and that of the end of the comment.
  package let lower: Int
  package let upper: Int
  /// Whether only white space precedes it on its line.
  package let isAlone: Bool
  /// The number of characters before it on its line.
  package let indentation: Int
}

/// The parts of a YAML file that its tree of values lacks: comments, empty lines, and marks that the tree does not
/// show.
package struct YAMLTrivia: Sendable {
  package let file: SourceFile
  package let comments: [YAMLComment]
  /// Offsets of bytes that belong to tags, directives, document markers, complex keys, and anchors of anything but a
  /// scalar or a list in brackets.
  let marks: [Int]

  package init(_ root: YAMLNode) {
    let file = root.range.file
    let bytes = file.bytes
    var comments: [YAMLComment] = []
    var marks: [Int] = []
    var scalars = root.scalarRanges.sorted { $0.lower < $1.lower }[...]
    var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var lineStart = offset
    var isBlankSoFar = true
    while offset < bytes.count {
      while let first = scalars.first, first.upper <= offset { scalars = scalars.dropFirst() }
      if let first = scalars.first, first.lower <= offset {
        if let end = bytes[offset..<first.upper].lastIndex(of: UInt8(ascii: "\n")) {
          (lineStart, isBlankSoFar) = (end + 1, true)
        }
        isBlankSoFar = isBlankSoFar && bytes[max(offset, lineStart)..<first.upper].allSatisfy(\.isYAMLSpace)
        offset = first.upper
        continue
      }
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\n") {
        (lineStart, isBlankSoFar) = (offset + 1, true)
      } else if byte == UInt8(ascii: "#"), offset == lineStart || bytes[offset - 1].isYAMLSpace {
        let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let text = file.text(offset..<end)
        comments.append(
          YAMLComment(
            text: text.trimmingTrailingSpace, lower: offset, upper: end, isAlone: isBlankSoFar,
            indentation: offset - lineStart))
        offset = end
        continue
      } else if !byte.isYAMLSpace {
        isBlankSoFar = false
        let isMarker = offset == lineStart && bytes[offset...].starts(with: Array("---".utf8))
        if isMarker || !byte.isYAMLPunctuation { marks.append(offset) }
      }
      offset += 1
    }
    self.file = file
    self.comments = comments
    self.marks = marks
  }

  /// A line between two values.
  package enum Item: Sendable, Equatable {
    case blank
    case comment(String, indentation: Int)
  }

  /// The comments in a range of bytes.
  package func comments(in range: Range<Int>) -> [YAMLComment] { comments.filter { range.contains($0.lower) } }

  /// The trivia between two values: the comment at the end of the first one's line, then whole lines.
  package func gap(from lower: Int, to upper: Int) -> (trailing: String?, items: [Item]) {
    guard lower < upper else { return (nil, []) }
    var trailing: String?
    var items: [Item] = []
    for line in file.line(at: lower)...file.line(at: upper) {
      let range = file.byteRange(ofLine: line)
      let isFirst = line == file.line(at: lower)
      let visible = max(range.lowerBound, lower)..<max(range.upperBound, lower)
      if let comment = comments(in: visible).first, comment.lower < upper {
        if comment.isAlone || !isFirst {
          items.append(.comment(comment.text, indentation: comment.indentation))
        } else {
          trailing = comment.text
        }
      } else if !isFirst, range.upperBound < upper, file.bytes[range].allSatisfy(\.isYAMLSpace) {
        items.append(.blank)
      }
    }
    return (trailing, items)
  }
}

extension YAMLNode {
  /// The ranges of all scalars, including keys, and of the anchors and aliases that the layout keeps.
  fileprivate var scalarRanges: [SourceRange] {
    if isAlias { return [range] }
    let anchor = anchorRange.map { [$0] } ?? []
    switch kind {
    case .scalar, .faulty: return range.lower < range.upper ? [range] : []
    case .sequence(let items): return anchor + items.flatMap(\.scalarRanges)
    case .mapping(let entries): return anchor + entries.flatMap { $0.key.scalarRanges + $0.value.scalarRanges }
    }
  }
}

extension String {
  fileprivate var trimmingTrailingSpace: String {
    var text = self[...]
    while let last = text.unicodeScalars.last, last == " " || last == "\t" || last == "\r" {
      text.unicodeScalars.removeLast()
    }
    return String(text)
  }
}

extension UInt8 {
  /// A space, a tab or the first half of a Windows line end.
  var isYAMLSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0D }

  /// The characters that delimit values in the YAML that is laid out.
  fileprivate var isYAMLPunctuation: Bool { "[]{},:-\"'".utf8.contains(self) }
}
