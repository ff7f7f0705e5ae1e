/// An image that is being drawn on; everything drawn is clipped to it.
struct Canvas {
  private(set) var image: RGBImage

  init(_ image: RGBImage) {
    self.image = image
  }

  /// Fills the pixels of `columns` and `rows`.
  mutating func fill(columns: Range<Int>, rows: Range<Int>, color: Color) {
    let columns = columns.clamped(to: 0..<image.width)
    let rows = rows.clamped(to: 0..<image.height)
    let width = image.width
    image.pixels.withUnsafeMutableBufferPointer { pixels in
      for y in rows {
        var offset = (y * width + columns.lowerBound) * 3
        for _ in columns {
          pixels[offset] = color.red
          pixels[offset + 1] = color.green
          pixels[offset + 2] = color.blue
          offset += 3
        }
      }
    }
  }

  /// Draws a frame `thickness` wide along the inside of `columns` and `rows`.
  mutating func frame(columns: Range<Int>, rows: Range<Int>, thickness: Int, color: Color) {
    let innerTop = min(rows.lowerBound + thickness, rows.upperBound)
    let innerBottom = max(rows.upperBound - thickness, innerTop)
    let innerLeft = min(columns.lowerBound + thickness, columns.upperBound)
    let innerRight = max(columns.upperBound - thickness, innerLeft)
    fill(columns: columns, rows: rows.lowerBound..<innerTop, color: color)
    fill(columns: columns, rows: innerBottom..<rows.upperBound, color: color)
    fill(columns: columns.lowerBound..<innerLeft, rows: innerTop..<innerBottom, color: color)
    fill(columns: innerRight..<columns.upperBound, rows: innerTop..<innerBottom, color: color)
  }

  /// Draws one line of text whose first glyph has its top left corner at (`x`, `y`), with `scale` pixels per font
  /// pixel.
  mutating func write(_ text: String, x: Int, y: Int, scale: Int, font: BitmapFont, color: Color) {
    var left = x
    for character in text {
      guard left < image.width else { return }
      let glyph = font.glyph(for: character)
      for (row, mask) in glyph.rows.enumerated() where mask != 0 {
        let top = y + row * scale
        for column in 0..<glyph.width where mask >> UInt8(column) & 1 == 1 {
          let start = left + column * scale
          fill(columns: start..<start + scale, rows: top..<top + scale, color: color)
        }
      }
      left += (glyph.width + font.spacing) * scale
    }
  }
}
