/// The preprocessing of an image for a detector that was trained on stretched images: width and height are each scaled
/// by their own factor to fill the input, with OpenCV's linear interpolation.
package struct Stretch: InputPlacement, Sendable, Equatable {
  /// The size of the image, in pixels.
  package let imageWidth: Int
  package let imageHeight: Int
  /// The size of the network input, in pixels.
  package let targetWidth: Int
  package let targetHeight: Int

  /// Every dimension must be at least one.
  package init(imageWidth: Int, imageHeight: Int, targetWidth: Int, targetHeight: Int) {
    precondition(imageWidth > 0 && imageHeight > 0, "an image has at least one pixel")
    precondition(targetWidth > 0 && targetHeight > 0, "a network input has at least one pixel")
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    self.targetWidth = targetWidth
    self.targetHeight = targetHeight
  }

  /// Writes the network input for `image`, whose size must be the one that this is for; see `Letterbox.write`.
  package func write(_ image: RGBImage, to planes: UnsafeMutableBufferPointer<Float>) {
    precondition(image.width == imageWidth && image.height == imageHeight, "this is for another image size")
    precondition(planes.count >= 3 * targetWidth * targetHeight, "the buffer is too small for the network input")
    writeScaled(
      image, width: targetWidth, height: targetHeight, left: 0, top: 0, to: planes, planeWidth: targetWidth,
      planeHeight: targetHeight)
  }

  /// Maps a box from network input pixels to image pixels and clips it to the image. A NaN coordinate becomes zero.
  package func imageBox(_ box: CornerBox) -> CornerBox {
    func mapped(_ value: Float, image: Int, target: Int) -> Float {
      let position = value * (Float(image) / Float(target))
      return position.isNaN ? 0 : min(max(position, 0), Float(image))
    }
    return CornerBox(
      x1: mapped(box.x1, image: imageWidth, target: targetWidth),
      y1: mapped(box.y1, image: imageHeight, target: targetHeight),
      x2: mapped(box.x2, image: imageWidth, target: targetWidth),
      y2: mapped(box.y2, image: imageHeight, target: targetHeight))
  }
}
