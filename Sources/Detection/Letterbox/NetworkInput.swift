/// The position of an image in a network's input.
package protocol InputPlacement {
  /// The size of the network input, in pixels.
  var targetWidth: Int { get }
  var targetHeight: Int { get }

  /// Writes the network input for an image, `3 × targetHeight × targetWidth` values from 0 to 1.
  func write(_ image: RGBImage, to planes: UnsafeMutableBufferPointer<Float>)

  /// Maps a box from network input pixels to image pixels and clips it to the image.
  func imageBox(_ box: CornerBox) -> CornerBox
}

/// The samples 0 to 255 as fractions, each by division and not by a reciprocal, to round as the original code does.
let unitValues: [Float] = (0...255).map { Float($0) / 255 }

/// Writes an image scaled to `width × height` into the red, the green, then the blue plane, as values from 0 to 1, with
/// its top left corner at `left` and `top`. It must fit there.
func writeScaled(
  _ image: RGBImage, width: Int, height: Int, left: Int, top: Int, to planes: UnsafeMutableBufferPointer<Float>,
  planeWidth: Int, planeHeight: Int
) {
  unitValues.withUnsafeBufferPointer { unitValues in
    resizeLinearly(image, width: width, height: height) { y, row in
      let start = (top + y) * planeWidth + left
      for channel in 0..<3 {
        let plane = planes.baseAddress.unsafelyUnwrapped + channel * planeWidth * planeHeight + start
        for x in 0..<width {
          plane[x] = unitValues[Int(row[x * 3 + channel])]
        }
      }
    }
  }
}
