import Testing

@testable import Detection

@Suite struct ImageDecodingTests {
  @Test("Pixels equal those OpenCV decodes", arguments: Fixture.validImages)
  func decodesLikeOpenCV(name: String) throws {
    let image = try decode(try Fixture.bytes(name))
    #expect(image == (try Fixture.image(String(name.dropLast(4)))))
  }

  @Test("A JPEG file cut anywhere is truncated", arguments: ["rgb444.jpg", "progressive.jpg", "orientation6.jpg"])
  func refusesTruncatedJPEG(name: String) throws {
    let file = try Fixture.bytes(name)
    for length in 2..<file.count {
      #expect(throws: ImageError.truncated(format: .jpeg)) { try decode(Array(file.prefix(length))) }
    }
  }

  @Test("A PNG file cut anywhere is truncated", arguments: ["rgb8.png", "palette4-transparent.png", "rgb16.png"])
  func refusesTruncatedPNG(name: String) throws {
    let file = try Fixture.bytes(name)
    for length in 8..<file.count {
      #expect(throws: ImageError.truncated(format: .png)) { try decode(Array(file.prefix(length))) }
    }
  }

  @Test("A JPEG file that lacks the middle of its data is damaged")
  func refusesJPEGWithHole() throws {
    let file = try Fixture.bytes("rgb444.jpg")
    let hole = decodingError(Array(file.dropLast(102) + file.suffix(2)))
    #expect(isDamaged(hole, .jpeg))
  }

  @Test("A flipped bit in a critical PNG chunk is damage", arguments: [20, 26, 45, 60])
  func refusesDamagedPNG(offset: Int) throws {
    var file = try Fixture.bytes("rgb8.png")
    file[offset] ^= 0x10
    #expect(isDamaged(decodingError(file), .png))
  }

  @Test("Impossible sizes are refused from the header")
  func refusesImpossibleSizes() throws {
    #expect(decodingError(try Fixture.bytes("huge.png")) == .tooLarge(width: 999_999, height: 999_999))
    #expect(decodingError(try Fixture.bytes("huge.jpg")) == .tooLarge(width: 65500, height: 65500))
    #expect(isDamaged(decodingError(try Fixture.bytes("zero.png")), .png))
    #expect(isDamaged(decodingError(try Fixture.bytes("zero.jpg")), .jpeg))
    // As large as is allowed, with the data of an image a million times smaller.
    #expect(isDamaged(decodingError(try Fixture.bytes("swollen.jpg")), .jpeg))
  }

  @Test("The one kind of PNG the decoder mixes up is refused")
  func refusesWideInterlacedAlpha() throws {
    let error = decodingError(try Fixture.bytes("rgba16-interlaced.png"))
    #expect(
      error?.description
        == "The PNG file is interlaced with an alpha channel and 16-bit samples, which is not supported.")
  }

  @Test(
    "Other formats are named",
    arguments: [
      ("", "empty"), ("GIF89a", "a GIF image"), ("BM\u{10}\0", "a BMP image"), ("II*\0", "a TIFF image"),
      ("MM\0*", "a TIFF image"), ("RIFF\u{1}\0\0\0WEBPVP8 ", "a WebP image"),
      ("RIFF\u{1}\0\0\0WAVE", "a RIFF container (audio or video)"), ("\0\0\0\u{18}ftypheic", "an HEIC image"),
      ("\0\0\0\u{18}ftypavif", "an AVIF image"), ("\0\0\0\u{18}ftypisom", "an MP4 or QuickTime video"),
      ("%PDF-1.7", "a PDF document"), ("P6\n1 1\n255\n", "a PNM image"), ("PK\u{3}\u{4}", "a ZIP archive"),
      ("<?xml version=\"1.0\"?><svg>", "an SVG drawing"), ("<!DOCTYPE html>", "an HTML page"),
      ("Grüße\n", "text"), ("\0\u{1}\u{2}", "in an unknown format"),
    ])
  func namesOtherFormats(content: String, name: String) {
    let error = decodingError(Array(content.utf8))
    #expect(error == .unsupported(content: name))
    #expect(
      error?.description == "The file seems to be \(name); only JPEG and PNG images are supported.")
  }

  @Test("An image checks its size and samples")
  func checksSamples() throws {
    #expect(throws: ImageError.invalidSize(width: 0, height: 4)) { try RGBImage(width: 0, height: 4, pixels: []) }
    #expect(throws: ImageError.invalidSize(width: 1, height: 1)) { try RGBImage(width: 1, height: 1, pixels: [1]) }
    #expect(throws: ImageError.tooLarge(width: .max, height: 2)) { try RGBImage(width: .max, height: 2, pixels: []) }
  }

  @Test("An encoded image decodes to itself", arguments: ["noise", "thin", "rgb8"])
  func encodesLosslessly(name: String) throws {
    let image = try Fixture.image(name)
    #expect(try decode(try encodePNG(image)) == image)
  }

  private func decodingError(_ bytes: [UInt8]) -> ImageError? {
    do {
      _ = try decode(bytes)
      return nil
    } catch {
      return error
    }
  }

  private func isDamaged(_ error: ImageError?, _ expected: ImageFormat) -> Bool {
    guard case .damaged(let format, let detail) = error else { return false }
    return format == expected && !detail.isEmpty
  }
}
