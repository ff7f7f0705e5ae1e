/// A text that diagnostics point into: its name, its UTF-8 bytes and the offsets of its lines.
///
/// Every stage before the renderer uses byte offsets; lines and columns exist only for display. Both count from 1, and
/// columns count Unicode scalars, not bytes.
///
/// **Invariant:** immutable, so that ranges can refer to their file and be passed between threads.
package final class SourceFile: Sendable {
  /// The path or name that diagnostics print.
  package let name: String
  /// The bytes as they were read.
  package let bytes: [UInt8]
  /// The byte offset of the first byte of each line; a byte order mark is not part of the first line.
  private let lineStarts: [Int]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  package convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The number of lines; a last line without a line feed counts.
  package var lineCount: Int { lineStarts.count }

  /// The range of the whole text.
  package var range: SourceRange { SourceRange(file: self, lower: 0, upper: bytes.count) }

  /// The line of a byte offset, counted from 1. Offsets past the end belong to the last line.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The column of a byte offset in Unicode scalars, counted from 1.
  package func column(at offset: Int) -> Int {
    scalarCount(from: lineStarts[line(at: offset) - 1], to: min(max(offset, 0), bytes.count)) + 1
  }

  /// The number of Unicode scalars that start in a range of bytes.
  package func scalarCount(from lower: Int, to upper: Int) -> Int {
    guard lower < upper else { return 0 }
    // Every byte that is not a UTF-8 continuation byte starts a scalar.
    return bytes[lower..<upper].reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }

  /// The byte offsets of a line (counted from 1), without its line end.
  package func byteRange(ofLine line: Int) -> Range<Int> {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<max(start, end)
  }

  /// The text between two byte offsets; malformed UTF-8 is replaced.
  package func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }
}

/// A part of a source file, in byte offsets: `lower` is the first byte, `upper` the one after the last.
package struct SourceRange: Sendable, Hashable {
  package let file: SourceFile
  package var lower: Int
  package var upper: Int

  package init(file: SourceFile, lower: Int, upper: Int) {
    self.file = file
    self.lower = lower
    self.upper = max(lower, upper)
  }

  /// The smallest range that covers both; the range itself when the other belongs to another file.
  package func union(_ other: SourceRange) -> SourceRange {
    guard file === other.file else { return self }
    return SourceRange(file: file, lower: min(lower, other.lower), upper: max(upper, other.upper))
  }

  /// Whether another range of the same file lies within this one.
  package func contains(_ other: SourceRange) -> Bool {
    file === other.file && lower <= other.lower && other.upper <= upper
  }

  package var startLine: Int { file.line(at: lower) }
  package var startColumn: Int { file.column(at: lower) }
  package var endLine: Int { file.line(at: upper) }
  package var endColumn: Int { file.column(at: upper) }

  /// The source text in the range.
  package var text: String { file.text(lower..<upper) }

  package static func == (left: SourceRange, right: SourceRange) -> Bool {
    left.file === right.file && left.lower == right.lower && left.upper == right.upper
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(file))
    hasher.combine(lower)
    hasher.combine(upper)
  }
}

/// A value and the range that it was written in.
package struct Spanned<Value> {
  package var value: Value
  package var range: SourceRange

  package init(_ value: Value, _ range: SourceRange) {
    self.value = value
    self.range = range
  }
}

extension Spanned: Sendable where Value: Sendable {}
extension Spanned: Equatable where Value: Equatable {}
