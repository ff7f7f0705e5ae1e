/// The sizes of lines and letters on an annotated image.
struct AnnotationStyle {
  /// The empty font pixels on either side of a label's text.
  static let sidePadding = 3
  /// The empty font pixels above a label's capitals.
  static let topPadding = 2
  /// The empty font pixels below a label's descenders, which are mostly empty themselves.
  static let bottomPadding = 0

  let font = BitmapFont.label
  /// The width of a box's outline, in pixels.
  let lineWidth: Int

  private let imageWidth: Int
  private let imageHeight: Int
  private let fontScale: Int

  init(imageWidth: Int, imageHeight: Int) {
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    let meanSide = (imageWidth + imageHeight) / 2
    lineWidth = max((meanSide + 160) / 320, 1)
    fontScale = max((meanSide + 210) / 420, 1)
  }

  /// Returns a coordinate as a whole pixel, at most a line's width outside the image; `nil` for NaN.
  /// number.
  func pixel(_ coordinate: Float) -> Int? {
    guard !coordinate.isNaN else { return nil }
    let limit = Float(max(imageWidth, imageHeight) + lineWidth)
    return Int(min(max(coordinate, -Float(lineWidth)), limit).rounded())
  }

  /// Returns the number of pixels of a font pixel's side, reduced when the label would be wider than the image.
  func fittingScale(for text: String) -> Int {
    let width = font.width(of: text) + 2 * AnnotationStyle.sidePadding
    return max(min(fontScale, imageWidth / width), 1)
  }

  /// Returns the size of a label, in pixels.
  func labelSize(of text: String, scale: Int) -> (width: Int, height: Int) {
    let width = font.width(of: text) + 2 * AnnotationStyle.sidePadding
    let height = AnnotationStyle.topPadding + font.ascent + font.descent + AnnotationStyle.bottomPadding
    return (width * scale, height * scale)
  }
}
