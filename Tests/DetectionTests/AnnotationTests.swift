import Testing

@testable import Detection

@Suite struct AnnotationTests {
  private func black(_ width: Int, _ height: Int) throws -> RGBImage {
    try RGBImage(width: width, height: height, pixels: [UInt8](repeating: 0, count: width * height * 3))
  }

  /// Writes an image with a sign for each of black, white and any other colour.
  private func signs(_ image: RGBImage) -> [String] {
    (0..<image.height).map { y in
      String(
        (0..<image.width).map { x -> Character in
          let start = (y * image.width + x) * 3
          let pixel = Array(image.pixels[start..<start + 3])
          return pixel == [0, 0, 0] ? "." : pixel == [255, 255, 255] ? "#" : "o"
        })
    }
  }

  @Test("A box and its label")
  func drawsBox() throws {
    let object = DetectedObject(classIndex: 1, confidence: 0.625, box: CornerBox(x1: 3, y1: 14, x2: 30, y2: 19))
    let drawn = annotate(try black(56, 22), objects: [object], names: ["a", "dog"])
    let expected = """
      ........................................................
      ........................................................
      ........................................................
      ...oooooooooooooooooooooooooooooooooooooooooooooooo.....
      ...oooooooooooooooooooooooooooooooooooooooooooooooo.....
      ...ooooooo#oooooooooooooooooo###ooooooo##ooo###oooo.....
      ...ooooooo#ooooooooooooooooo#ooo#ooooo#oooo#ooo#ooo.....
      ...oooo####oo###ooo####ooooo#ooo#oooo#ooooooooo#ooo.....
      ...ooo#ooo#o#ooo#o#ooo#ooooo#ooo#oooo####oooo##oooo.....
      ...ooo#ooo#o#ooo#o#ooo#ooooo#ooo#oooo#ooo#oo#oooooo.....
      ...ooo#ooo#o#ooo#o#ooo#ooooo#ooo#o##o#ooo#o#ooooooo.....
      ...oooo####oo###ooo####oooooo###oo##oo###oo#####ooo.....
      ...ooooooooooooooooooo#oooooooooooooooooooooooooooo.....
      ...oooooooooooooooo###ooooooooooooooooooooooooooooo.....
      ...oooooooooooooooooooooooooooo.........................
      ...o..........................o.........................
      ...o..........................o.........................
      ...o..........................o.........................
      ...o..........................o.........................
      ...oooooooooooooooooooooooooooo.........................
      ........................................................
      ........................................................
      """
    #expect(signs(drawn).joined(separator: "\n") == expected)
  }

  @Test("Extreme objects and images never trap")
  func survivesExtremes() throws {
    let values: [Float] = [.nan, -.infinity, .infinity, -1e30, 1e30, 0, 3, -3]
    let boxes = values.flatMap { first in
      values.map { second in CornerBox(x1: first, y1: second, x2: second, y2: first) }
    }
    let classes = [0, -1, .min, .max]
    let objects = boxes.enumerated().map { index, box in
      DetectedObject(classIndex: classes[index % 4], confidence: values[index % 8], box: box)
    }
    for (width, height) in [(1, 1), (1, 900), (900, 1), (40, 30), (2000, 1500)] {
      let image = try black(width, height)
      let drawn = annotate(image, objects: objects, names: [String(repeating: "long ", count: 500)])
      #expect(drawn.width == width && drawn.height == height && drawn.pixels.count == image.pixels.count)
    }
  }

  @Test("Without objects the image is unchanged")
  func keepsImage() throws {
    let image = try Fixture.image("noise")
    #expect(annotate(image, objects: [], names: ["a"]) == image)
  }

  @Test(
    "Labels",
    arguments: [
      (0, 0.874, "dog 0.87"), (0, 1, "dog 1.00"), (0, 0.05, "dog 0.05"), (1, 0.999, "class 1 1.00"),
      (-1, 0.5, "class -1 0.50"), (0, Float.nan, "dog"), (0, .infinity, "dog 1.00"), (0, -2, "dog 0.00"),
    ] as [(Int, Float, String)])
  func labels(classIndex: Int, confidence: Float, text: String) {
    let object = DetectedObject(
      classIndex: classIndex, confidence: confidence, box: CornerBox(x1: 0, y1: 0, x2: 1, y2: 1))
    #expect(labelText(of: object, names: ["dog"]) == text)
  }

  @Test("The font covers printable ASCII and draws a box for the rest")
  func coversASCII() throws {
    let font = BitmapFont.label
    let box = font.glyph(for: "é")
    #expect(box.width == 5)
    for code in 0x20..<0x7F as Range<UInt8> {
      let glyph = font.glyph(for: Character(Unicode.Scalar(code)))
      let isBlank = glyph.rows.allSatisfy { $0 == 0 }
      #expect(isBlank == (code == 0x20))
      #expect((1...5).contains(glyph.width))
      #expect(glyph.rows != box.rows)
      #expect(glyph.rows.count == font.ascent + font.descent)
    }
    #expect(font.width(of: "il") == 1 + 1 + 2)
    #expect(font.width(of: "") == 0)
  }

  @Test("Labels of nearby boxes stay apart and inside the image")
  func placesLabels() {
    var placement = LabelPlacement(imageWidth: 200, imageHeight: 100)
    let places = [0, 2, 4].map { shift in
      placement.place(width: 60, height: 12, columns: 20 + shift..<150, rows: 30 + shift..<80)
    }
    #expect(places[0] == LabelPlacement.Place(x: 20, y: 18, width: 60, height: 12))
    for index in places.indices {
      #expect(!places[..<index].contains { $0.overlaps(places[index]) })
    }
    let corner = placement.place(width: 60, height: 12, columns: 180..<300, rows: -5..<4)
    #expect(corner == LabelPlacement.Place(x: 140, y: 0, width: 60, height: 12))
  }

  @Test("Text contrasts with every class colour")
  func contrasts() {
    for index in 0..<20 {
      let color = ClassColors.color(for: index)
      let text = color.textColor
      let ratio = (max(color.luminance, text.luminance) + 0.05) / (min(color.luminance, text.luminance) + 0.05)
      #expect(ratio > 4.5)
      #expect(!(0..<index).contains { ClassColors.color(for: $0) == color })
    }
  }
}
