/// An 8-bit colour image.
///
/// `pixels` holds `height × width × 3` bytes, row by row from the top, red, green and blue interleaved. An image always
/// has at least one pixel, and its pixel count never exceeds `maximumPixelCount`.
package struct RGBImage: Sendable, Equatable {
  /// The maximum number of pixels of an image.
  package static let maximumPixelCount = 1 << 28

  /// The number of columns, in pixels.
  package let width: Int
  /// The number of rows, in pixels.
  package let height: Int
  /// The samples, `height × width × 3`, interleaved.
  package internal(set) var pixels: [UInt8]

  /// Creates an image from interleaved samples.
  ///
  /// Throws `ImageError.invalidSize` when a dimension is below one or `pixels` does not hold `height × width × 3`
  /// bytes, and `ImageError.tooLarge` above `maximumPixelCount`.
  package init(width: Int, height: Int, pixels: [UInt8]) throws(ImageError) {
    let count = try RGBImage.checkedPixelCount(width: width, height: height)
    guard pixels.count == count * 3 else {
      throw .invalidSize(width: width, height: height)
    }
    self.init(verifiedWidth: width, height: height, pixels: pixels)
  }

  /// Creates an image from a size and samples that the caller has already checked.
  init(verifiedWidth width: Int, height: Int, pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Returns `width × height`, or throws for sizes that no image may have.
  static func checkedPixelCount(width: Int, height: Int) throws(ImageError) -> Int {
    guard width > 0, height > 0 else {
      throw .invalidSize(width: width, height: height)
    }
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= maximumPixelCount else {
      throw .tooLarge(width: width, height: height)
    }
    return count
  }
}
