/// A file format that the library reads.
package enum ImageFormat: String, Sendable {
  case jpeg = "JPEG"
  case png = "PNG"

  /// Recognises the format from the first bytes of a file.
  ///
  /// Throws `ImageError.unsupported`, naming what the bytes seem to be, for anything but JPEG and PNG.
  init(recognizing bytes: UnsafeRawBufferPointer) throws(ImageError) {
    if bytes.starts(with: [0xFF, 0xD8]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else {
      throw .unsupported(content: ImageFormat.describeForeignContent(bytes))
    }
  }

  /// Signatures at the start of a file, with a description of each format. Longer ones come before their prefixes.
  private static let foreignSignatures: [(prefix: [UInt8], content: String)] = [
    (Array("GIF8".utf8), "a GIF image"),
    (Array("BM".utf8), "a BMP image"),
    ([0x49, 0x49, 0x2A, 0x00], "a TIFF image"),
    ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF image"),
    ([0x49, 0x49, 0x2B, 0x00], "a BigTIFF image"),
    ([0x4D, 0x4D, 0x00, 0x2B], "a BigTIFF image"),
    ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], "a JPEG 2000 image"),
    ([0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20], "a JPEG XL image"),
    ([0xFF, 0x0A], "a JPEG XL image"),
    ([0x8A, 0x4D, 0x4E, 0x47], "an MNG animation"),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image changed by a text-mode transfer"),
    ([0x76, 0x2F, 0x31, 0x01], "an OpenEXR image"),
    (Array("#?RADIANCE".utf8), "a Radiance HDR image"),
    (Array("8BPS".utf8), "a Photoshop document"),
    (Array("qoif".utf8), "a QOI image"),
    ([0x00, 0x00, 0x01, 0x00], "a Windows icon"),
    (Array("%PDF".utf8), "a PDF document"),
    (Array("%!PS".utf8), "a PostScript document"),
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
    ([0x1F, 0x8B], "a gzip archive"),
    ([0x1A, 0x45, 0xDF, 0xA3], "a Matroska video"),
    ([0x7F, 0x45, 0x4C, 0x46], "an executable program"),
  ]

  /// Describes bytes that are neither JPEG nor PNG, as a noun phrase.
  private static func describeForeignContent(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.isEmpty { return "empty" }
    if let match = foreignSignatures.first(where: { bytes.starts(with: $0.prefix) }) {
      return match.content
    }
    if bytes.starts(with: Array("RIFF".utf8)) {
      return bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) ? "a WebP image" : "a RIFF container (audio or video)"
    }
    if bytes.dropFirst(4).starts(with: Array("ftyp".utf8)) {
      return describeMediaContainer(brand: Array(bytes.dropFirst(8).prefix(4)))
    }
    if let second = bytes.dropFirst().first, bytes.first == UInt8(ascii: "P"),
      (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(second),
      let third = bytes.dropFirst(2).first, isWhitespace(third)
    {
      return "a PNM image"
    }
    return describeText(bytes) ?? "in an unknown format"
  }

  /// Describes an ISO media file by its major brand.
  private static func describeMediaContainer(brand: [UInt8]) -> String {
    switch String(decoding: brand, as: UTF8.self) {
    case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1": "an HEIC image"
    case "avif", "avis": "an AVIF image"
    case "crx ": "a Canon raw image"
    default: "an MP4 or QuickTime video"
    }
  }

  /// Describes a text file; `nil` when the first bytes are not text.
  private static func describeText(_ bytes: UnsafeRawBufferPointer) -> String? {
    let sample = bytes.prefix(512)
    guard sample.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || isWhitespace($0) }) else { return nil }
    // A multi-byte character may be split at the end of the sample, so only an earlier repair shows that it is not
    // text.
    let text = String(decoding: sample, as: UTF8.self)
    guard !text.unicodeScalars.dropLast(3).contains("\u{FFFD}") else { return nil }
    let lowercase = text.lowercased()
    if lowercase.contains("<svg") { return "an SVG drawing" }
    if lowercase.contains("<html") || lowercase.contains("<!doctype html") { return "an HTML page" }
    return "text"
  }

  private static func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
