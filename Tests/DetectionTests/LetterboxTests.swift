import Testing

@testable import Detection

@Suite struct LetterboxTests {
  struct Case: CustomTestStringConvertible {
    var source: String
    var target: (width: Int, height: Int)
    var scaled: (width: Int, height: Int)
    var left: Int
    var top: Int

    var testDescription: String { "\(source) to \(target.width) × \(target.height)" }
  }

  /// Geometry and pixels of the official Python code, run with OpenCV.
  static let cases = [
    Case(source: "noise", target: (20, 20), scaled: (20, 12), left: 0, top: 4),
    Case(source: "noise", target: (25, 16), scaled: (25, 15), left: 0, top: 0),
    Case(source: "noise", target: (34, 20), scaled: (33, 20), left: 0, top: 0),
    Case(source: "noise", target: (6, 32), scaled: (6, 4), left: 0, top: 14),
    Case(source: "even", target: (14, 14), scaled: (14, 8), left: 0, top: 3),
    Case(source: "thin", target: (9, 27), scaled: (1, 27), left: 4, top: 0),
    Case(source: "thin", target: (3, 64), scaled: (2, 64), left: 0, top: 0),
  ]

  @Test("Pixels equal OpenCV's", arguments: cases)
  func equalsOpenCV(example: Case) throws {
    let image = try Fixture.picture(example.source)
    let (width, height) = example.target
    let letterbox = Letterbox(
      imageWidth: image.width, imageHeight: image.height, targetWidth: width, targetHeight: height)
    #expect(letterbox.scaledWidth == example.scaled.width)
    #expect(letterbox.scaledHeight == example.scaled.height)
    #expect(letterbox.left == example.left)
    #expect(letterbox.top == example.top)

    let expected = try Fixture.picture("\(example.source)-\(width)x\(height)").pixels
    // One value more than needed, which must stay.
    var planes = [Float](repeating: -1, count: 3 * width * height + 1)
    planes.withUnsafeMutableBufferPointer { letterbox.write(image, to: $0) }
    #expect(planes.removeLast() == -1)
    let expectedPlanes = (0..<3).flatMap { channel in
      (0..<width * height).map { Float(expected[$0 * 3 + channel]) / 255 }
    }
    #expect(planes == expectedPlanes)
  }

  @Test(
    "An extreme shape keeps at least one pixel",
    arguments: [(1, 5000, 32, 32), (5000, 1, 32, 32), (1, 1, 1, 1), (1, 1, 640, 8), (3000, 2, 1, 1)])
  func keepsOnePixel(imageWidth: Int, imageHeight: Int, width: Int, height: Int) throws {
    let pixels = [UInt8](repeating: 255, count: imageWidth * imageHeight * 3)
    let image = try RGBImage(width: imageWidth, height: imageHeight, pixels: pixels)
    let letterbox = Letterbox(
      imageWidth: imageWidth, imageHeight: imageHeight, targetWidth: width, targetHeight: height)
    var planes = [Float](repeating: -1, count: 3 * width * height)
    planes.withUnsafeMutableBufferPointer { letterbox.write(image, to: $0) }
    let whiteCount = planes.count { $0 == 1 }
    let borderCount = planes.count { $0 == Float(114) / 255 }
    #expect(whiteCount == 3 * letterbox.scaledWidth * letterbox.scaledHeight)
    #expect(whiteCount >= 3)
    #expect(borderCount == planes.count - whiteCount)
  }

  @Test("Boxes map back to the image and are clipped to it")
  func mapsBoxesBack() {
    // The gain is 0.5 and the border 80 pixels above and below.
    let letterbox = Letterbox(imageWidth: 1280, imageHeight: 960, targetWidth: 640, targetHeight: 640)
    #expect(
      letterbox.imageBox(Box(x1: 10, y1: 90, x2: 110.5, y2: 200)) == Box(x1: 20, y1: 20, x2: 221, y2: 240))
    #expect(
      letterbox.imageBox(Box(x1: -5, y1: 0, x2: 9999, y2: 600)) == Box(x1: 0, y1: 0, x2: 1280, y2: 960))
    #expect(
      letterbox.imageBox(Box(x1: .nan, y1: -.infinity, x2: .infinity, y2: .nan)) == Box(x1: 0, y1: 0, x2: 1280, y2: 0))
    // The border is 2.5 pixels here, of which 2 were written at the left.
    let odd = Letterbox(imageWidth: 10, imageHeight: 20, targetWidth: 15, targetHeight: 20)
    #expect(odd.left == 2)
    #expect(odd.imageBox(Box(x1: 2.5, y1: 1, x2: 5, y2: 3)) == Box(x1: 0, y1: 1, x2: 2.5, y2: 3))
  }
}
