import Testing

@testable import Detection

@Suite struct StretchTests {
  @Test("Where the shape is the input's, stretching is letterboxing")
  func equalsLetterboxOfTheSameShape() throws {
    let image = try Fixture.image("noise")
    // The letterbox's pixels are compared with OpenCV's elsewhere. Sizes that are in proportion have no border.
    for factor in [1, 2, 3] {
      let (width, height) = (image.width * factor, image.height * factor)
      var stretched = [Float](repeating: -1, count: 3 * width * height + 1)
      var letterboxed = stretched
      let stretch = Stretch(
        imageWidth: image.width, imageHeight: image.height, targetWidth: width, targetHeight: height)
      let letterbox = Letterbox(
        imageWidth: image.width, imageHeight: image.height, targetWidth: width, targetHeight: height)
      stretched.withUnsafeMutableBufferPointer { stretch.write(image, to: $0) }
      letterboxed.withUnsafeMutableBufferPointer { letterbox.write(image, to: $0) }
      #expect(stretched == letterboxed)
    }
  }

  @Test("The input is filled, whatever its shape")
  func fillsTheInput() throws {
    let image = try RGBImage(width: 2, height: 1, pixels: [0, 51, 255, 0, 51, 255])
    var planes = [Float](repeating: -1, count: 3 * 4 * 6)
    let stretch = Stretch(imageWidth: 2, imageHeight: 1, targetWidth: 4, targetHeight: 6)
    planes.withUnsafeMutableBufferPointer { stretch.write(image, to: $0) }
    #expect(
      planes == [Float](repeating: 0, count: 24) + [Float](repeating: 0.2, count: 24) + [Float](repeating: 1, count: 24)
    )
  }

  @Test("Boxes map back by two factors and are clipped to the image")
  func mapsBoxesBack() {
    let stretch = Stretch(imageWidth: 1280, imageHeight: 240, targetWidth: 640, targetHeight: 480)
    #expect(
      stretch.imageBox(CornerBox(x1: 10, y1: 90, x2: 110.5, y2: 200)) == CornerBox(x1: 20, y1: 45, x2: 221, y2: 100))
    #expect(
      stretch.imageBox(CornerBox(x1: -5, y1: -.infinity, x2: 9999, y2: .nan))
        == CornerBox(x1: 0, y1: 0, x2: 1280, y2: 0))
  }
}
