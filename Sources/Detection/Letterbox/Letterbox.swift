/// The preprocessing of an image for a detector: scaled to fit an input size and centred on a grey border.
///
/// Geometry, rounding and resampling equal those of the official YOLOv9 code, which uses OpenCV for them.
package struct Letterbox: InputPlacement, Sendable, Equatable {
  /// The width of the image, in pixels.
  package let imageWidth: Int
  /// The height of the image, in pixels.
  package let imageHeight: Int
  /// The width of the network input, in pixels.
  package let targetWidth: Int
  /// The height of the network input, in pixels.
  package let targetHeight: Int
  /// The width of the scaled image inside the input, in pixels, at least one.
  package let scaledWidth: Int
  /// The height of the scaled image inside the input, in pixels, at least one.
  package let scaledHeight: Int
  /// The width of the border at the left, in pixels.
  package let left: Int
  /// The height of the border at the top, in pixels.
  package let top: Int

  /// The sample value of the border.
  package static let borderValue: UInt8 = 114

  /// Computes how an image of one size fits an input of another; every dimension must be at least one.
  package init(imageWidth: Int, imageHeight: Int, targetWidth: Int, targetHeight: Int) {
    let scaled = Letterbox.scaledSize(
      imageWidth: imageWidth, imageHeight: imageHeight, limitWidth: targetWidth, limitHeight: targetHeight)
    self.init(
      imageWidth: imageWidth, imageHeight: imageHeight, targetWidth: targetWidth, targetHeight: targetHeight,
      scaledWidth: scaled.width, scaledHeight: scaled.height)
  }

  /// Computes the smallest input that contains an image scaled to fit a limit: the official `letterbox` with
  /// `auto=True`.
  ///
  /// The sides are multiples of `widthMultiple` and `heightMultiple`, the official stride, and at most those of the
  /// limit, which must be multiples themselves. Every number must be at least one.
  package init(
    imageWidth: Int, imageHeight: Int, limitWidth: Int, limitHeight: Int, widthMultiple: Int, heightMultiple: Int
  ) {
    precondition(limitWidth % widthMultiple == 0 && limitHeight % heightMultiple == 0, "the limit is a legal size")
    let scaled = Letterbox.scaledSize(
      imageWidth: imageWidth, imageHeight: imageHeight, limitWidth: limitWidth, limitHeight: limitHeight)
    self.init(
      imageWidth: imageWidth, imageHeight: imageHeight,
      targetWidth: scaled.width + (limitWidth - scaled.width) % widthMultiple,
      targetHeight: scaled.height + (limitHeight - scaled.height) % heightMultiple, scaledWidth: scaled.width,
      scaledHeight: scaled.height)
  }

  private init(
    imageWidth: Int, imageHeight: Int, targetWidth: Int, targetHeight: Int, scaledWidth: Int, scaledHeight: Int
  ) {
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    self.targetWidth = targetWidth
    self.targetHeight = targetHeight
    self.scaledWidth = scaledWidth
    self.scaledHeight = scaledHeight
    left = Letterbox.leadingBorder(targetWidth - scaledWidth)
    top = Letterbox.leadingBorder(targetHeight - scaledHeight)
  }

  /// Writes the network input for `image`, whose size must be the one that this letterbox is for.
  ///
  /// `planes` receives `3 × targetHeight × targetWidth` values from 0 to 1, as NCHW: the red, the green, then the blue
  /// plane. Elements beyond these are not changed.
  package func write(_ image: RGBImage, to planes: UnsafeMutableBufferPointer<Float>) {
    precondition(image.width == imageWidth && image.height == imageHeight, "the letterbox is for another image size")
    let planeSize = targetWidth * targetHeight
    precondition(planes.count >= 3 * planeSize, "the buffer is too small for the network input")
    planes[..<(3 * planeSize)].update(repeating: unitValues[Int(Letterbox.borderValue)])
    writeScaled(
      image, width: scaledWidth, height: scaledHeight, left: left, top: top, to: planes, planeWidth: targetWidth,
      planeHeight: targetHeight)
  }

  /// Maps a box from network input pixels to image pixels and clips it to the image.
  ///
  /// As in the official code, the border is the exact fraction here, not the whole pixels that were written, and the
  /// scale is that of the target, which differs slightly from that of the limit of a minimal rectangle. A NaN
  /// coordinate becomes zero.
  package func imageBox(_ box: CornerBox) -> CornerBox {
    let gain = Letterbox.gain(
      imageWidth: imageWidth, imageHeight: imageHeight, targetWidth: targetWidth, targetHeight: targetHeight)
    let horizontalBorder = Float((Double(targetWidth) - Double(imageWidth) * gain) / 2)
    let verticalBorder = Float((Double(targetHeight) - Double(imageHeight) * gain) / 2)
    let divisor = Float(gain)
    func mapped(_ value: Float, border: Float, limit: Int) -> Float {
      let position = (value - border) / divisor
      return position.isNaN ? 0 : min(max(position, 0), Float(limit))
    }
    return CornerBox(
      x1: mapped(box.x1, border: horizontalBorder, limit: imageWidth),
      y1: mapped(box.y1, border: verticalBorder, limit: imageHeight),
      x2: mapped(box.x2, border: horizontalBorder, limit: imageWidth),
      y2: mapped(box.y2, border: verticalBorder, limit: imageHeight))
  }

  /// The scale factor of the image, the same in both directions.
  private static func gain(imageWidth: Int, imageHeight: Int, targetWidth: Int, targetHeight: Int) -> Double {
    min(Double(targetHeight) / Double(imageHeight), Double(targetWidth) / Double(imageWidth))
  }

  /// The size of an image scaled to fit a limit.
  private static func scaledSize(
    imageWidth: Int, imageHeight: Int, limitWidth: Int, limitHeight: Int
  ) -> (width: Int, height: Int) {
    precondition(imageWidth > 0 && imageHeight > 0, "an image has at least one pixel")
    precondition(limitWidth > 0 && limitHeight > 0, "a network input has at least one pixel")
    let gain = gain(
      imageWidth: imageWidth, imageHeight: imageHeight, targetWidth: limitWidth, targetHeight: limitHeight)
    func scaled(_ side: Int, limit: Int) -> Int {
      // The short side of an extremely long image would otherwise become zero.
      min(max(Int((Double(side) * gain).rounded(.toNearestOrEven)), 1), limit)
    }
    return (scaled(imageWidth, limit: limitWidth), scaled(imageHeight, limit: limitHeight))
  }

  /// Returns the smaller half of the border; an odd pixel goes to the right or the bottom.
  private static func leadingBorder(_ border: Int) -> Int {
    Int((Double(border) / 2 - 0.1).rounded(.toNearestOrEven))
  }
}
