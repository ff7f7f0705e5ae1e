/// A proportional font with capitals seven pixels high, for labels on images.
struct BitmapFont: Sendable {
  /// The pixels of one character.
  struct Glyph: Sendable {
    /// The inked columns, from the left.
    var width: Int
    /// For each row from the top, the inked pixels; bit 0 is the left column.
    var rows: [UInt8]
  }

  /// The only font.
  static let label = BitmapFont()

  /// The rows above and including the baseline.
  let ascent = 7
  /// The rows below the baseline.
  let descent = 2
  /// The empty columns between characters.
  let spacing = 1

  private let glyphs: [Glyph]

  private init() {
    let cellCount = FontSheet.rows.count / FontSheet.cellHeight * FontSheet.cellsPerBand
    glyphs = (0..<cellCount).map { cell in
      let firstRow = cell / FontSheet.cellsPerBand * FontSheet.cellHeight
      let firstColumn = cell % FontSheet.cellsPerBand * FontSheet.cellWidth
      let rows = FontSheet.rows[firstRow..<firstRow + FontSheet.cellHeight].map { row in
        BitmapFont.mask(row.utf8.dropFirst(firstColumn).prefix(FontSheet.cellWidth))
      }
      let ink = rows.reduce(0, |)
      let isBlank = ink == 0
      return Glyph(width: isBlank ? 3 : UInt8.bitWidth - ink.leadingZeroBitCount, rows: rows)
    }
  }

  /// Returns the glyph of a character; a hollow box when the font has none.
  func glyph(for character: Character) -> Glyph {
    let code = character.utf8.count == 1 ? Int(character.utf8.first ?? 0) : 0
    return (0x20..<0x7F).contains(code) ? glyphs[code - 0x20] : glyphs[glyphs.count - 1]
  }

  /// Returns the width of `text` in columns, from its first inked pixel to its last.
  func width(of text: String) -> Int {
    max(text.reduce(-spacing) { $0 + glyph(for: $1).width + spacing }, 0)
  }

  private static func mask(_ cells: some Sequence<UInt8>) -> UInt8 {
    var mask: UInt8 = 0
    for (column, cell) in cells.enumerated() where cell == UInt8(ascii: "#") {
      mask |= 1 << UInt8(column)
    }
    return mask
  }
}
