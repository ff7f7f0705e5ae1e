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
    let image = try Fixture.image(example.source)
    let (width, height) = example.target
    let letterbox = Letterbox(
      imageWidth: image.width, imageHeight: image.height, targetWidth: width, targetHeight: height)
    #expect(letterbox.scaledWidth == example.scaled.width)
    #expect(letterbox.scaledHeight == example.scaled.height)
    #expect(letterbox.left == example.left)
    #expect(letterbox.top == example.top)

    let expected = try Fixture.image("\(example.source)-\(width)x\(height)").pixels
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
      letterbox.imageBox(CornerBox(x1: 10, y1: 90, x2: 110.5, y2: 200)) == CornerBox(x1: 20, y1: 20, x2: 221, y2: 240))
    #expect(
      letterbox.imageBox(CornerBox(x1: -5, y1: 0, x2: 9999, y2: 600)) == CornerBox(x1: 0, y1: 0, x2: 1280, y2: 960))
    #expect(
      letterbox.imageBox(CornerBox(x1: .nan, y1: -.infinity, x2: .infinity, y2: .nan))
        == CornerBox(x1: 0, y1: 0, x2: 1280, y2: 0))
    // The border is 2.5 pixels here, of which 2 were written at the left.
    let odd = Letterbox(imageWidth: 10, imageHeight: 20, targetWidth: 15, targetHeight: 20)
    #expect(odd.left == 2)
    #expect(odd.imageBox(CornerBox(x1: 2.5, y1: 1, x2: 5, y2: 3)) == CornerBox(x1: 0, y1: 1, x2: 2.5, y2: 3))
  }

  struct Rectangle: CustomTestStringConvertible {
    var image: (width: Int, height: Int)
    var limit: (width: Int, height: Int)
    var multiple: (width: Int, height: Int) = (32, 32)
    var scaled: (width: Int, height: Int)
    var target: (width: Int, height: Int)
    var left: Int
    var top: Int

    var testDescription: String { "\(image.width) × \(image.height) in \(limit.width) × \(limit.height)" }
  }

  /// Worked out by hand from the official `letterbox(auto=True)`: r = min(H/h, W/w), sides round(r·w) and round(r·h), and
  /// of what is missing to W and H the rest modulo the stride, round(rest / 2 − 0.1) of it before the image.
  static let rectangles = [
    // r = 0.592…; 640 − 480 = 160 = 5 · 32
    Rectangle(
      image: (810, 1080), limit: (640, 640), scaled: (480, 640), target: (480, 640), left: 0, top: 0),
    // r = 0.5; 640 − 360 = 280 = 8 · 32 + 24
    Rectangle(
      image: (1280, 720), limit: (640, 640), scaled: (640, 360), target: (640, 384), left: 0, top: 12),
    // r = 640/773; 512 · r = 423.9; 640 − 424 = 216 = 6 · 32 + 24
    Rectangle(image: (773, 512), limit: (640, 640), scaled: (640, 424), target: (640, 448), left: 0, top: 12),
    // r = 1; 640 − 427 = 213 = 6 · 32 + 21; round(10.4) = 10
    Rectangle(image: (640, 427), limit: (640, 640), scaled: (640, 427), target: (640, 448), left: 0, top: 10),
    // Small images grow: r = 6.4; 7 · r = 44.8; 595 = 18 · 32 + 19; round(9.4) = 9
    Rectangle(image: (100, 7), limit: (640, 640), scaled: (640, 45), target: (640, 64), left: 0, top: 9),
    Rectangle(image: (7, 100), limit: (640, 640), scaled: (45, 640), target: (64, 640), left: 9, top: 0),
    // r = 640/641; 480 · r = 479.25; 161 = 5 · 32 + 1; round(0.4) = 0
    Rectangle(image: (641, 480), limit: (640, 640), scaled: (640, 479), target: (640, 480), left: 0, top: 0),
    // r = 0.5; 961 · r = 480.5, which Python rounds to even
    Rectangle(image: (1280, 961), limit: (640, 640), scaled: (640, 480), target: (640, 480), left: 0, top: 0),
    // A limit that is no square: r = 0.75; 640 − 480 = 160 = 5 · 32
    Rectangle(image: (640, 640), limit: (640, 480), scaled: (480, 480), target: (480, 480), left: 0, top: 0),
    // Sides with multiples of their own: 640 − 360 = 280 = 4 · 64 + 24
    Rectangle(
      image: (1280, 720), limit: (640, 640), multiple: (32, 64), scaled: (640, 360), target: (640, 384), left: 0,
      top: 12),
    Rectangle(
      image: (1280, 720), limit: (640, 640), multiple: (32, 128), scaled: (640, 360), target: (640, 384), left: 0,
      top: 12),
    Rectangle(
      image: (1280, 720), limit: (640, 640), multiple: (640, 640), scaled: (640, 360), target: (640, 640), left: 0,
      top: 140),
    // Beyond the original, which fails here: a side keeps one pixel; 639 = 19 · 32 + 31; round(15.4) = 15
    Rectangle(image: (3000, 2), limit: (640, 640), scaled: (640, 1), target: (640, 32), left: 0, top: 15),
  ]

  @Test("The least rectangle is the official one", arguments: rectangles)
  func leastRectangle(example: Rectangle) {
    let letterbox = Letterbox(
      imageWidth: example.image.width, imageHeight: example.image.height, limitWidth: example.limit.width,
      limitHeight: example.limit.height, widthMultiple: example.multiple.width, heightMultiple: example.multiple.height)
    #expect(letterbox.scaledWidth == example.scaled.width)
    #expect(letterbox.scaledHeight == example.scaled.height)
    #expect(letterbox.targetWidth == example.target.width)
    #expect(letterbox.targetHeight == example.target.height)
    #expect(letterbox.left == example.left)
    #expect(letterbox.top == example.top)
  }

  @Test("A rectangle whose side was rounded down maps its edges to the image's")
  func mapsBoxesOfARectangle() {
    // The official scale_boxes measures the scale on the rectangle, 480/961, and spreads 640 − 1280 · 480/961 = 0.666 over
    // both borders, though none was written.
    let letterbox = Letterbox(
      imageWidth: 1280, imageHeight: 961, limitWidth: 640, limitHeight: 640, widthMultiple: 32, heightMultiple: 32)
    let box = letterbox.imageBox(CornerBox(x1: 320, y1: 240, x2: 640, y2: 480))
    #expect(abs(box.x1 - 640) < 1e-3 && abs(box.y1 - 480.5) < 1e-3)
    #expect(box.x2 == 1280 && abs(box.y2 - 961) < 1e-3)
  }
}
