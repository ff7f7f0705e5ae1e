/// The parts of a PNG file that determine its stored samples.
struct PNGChunks {
  /// The file with only its critical chunks, and a gamma chunk in front when `isWideOpaque`.
  private(set) var critical: [UInt8]
  /// The orientation in the EXIF chunk; upright when there is none.
  private(set) var orientation = Orientation.upright
  /// Whether samples have 16 bits and there is no alpha channel.
  let isWideOpaque: Bool
  /// Whether samples have 16 bits, there is an alpha channel, and the rows are interlaced.
  let isWideInterlacedWithAlpha: Bool

  /// Copies the critical chunks of `bytes`, which starts with the PNG signature.
  ///
  /// Ancillary chunks are removed because the decoder would apply their gamma, colour profile and transparent colour,
  /// while detectors are trained on the samples as stored. Throws `ImageError.truncated` when a chunk extends past the
  /// end of the file or the last chunk is missing.
  init(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
    // The header is the first chunk; the decoder reports an error later if it is not.
    let isWide = bytes.byte(at: 24) == 16
    let hasAlpha = bytes.byte(at: 25).map { $0 & 4 != 0 } ?? false
    isWideOpaque = isWide && !hasAlpha
    isWideInterlacedWithAlpha = isWide && hasAlpha && bytes.byte(at: 28) == 1
    critical = Array(bytes.prefix(8))
    critical.reserveCapacity(bytes.count)
    var position = 8
    while true {
      guard let length = bytes.uint32(at: position), let type = bytes.uint32(at: position + 4) else {
        throw .truncated(format: .png)
      }
      let end = position + 12 + length
      guard end <= bytes.count else { throw .truncated(format: .png) }
      // A lower-case first letter marks a chunk that a decoder may skip.
      let isAncillary = type & 0x2000_0000 != 0
      if !isAncillary {
        critical.append(contentsOf: bytes[position..<end])
      } else if type == PNGChunks.exifType,
        let found = Orientation(tiff: bytes.part(position + 8..<position + 8 + length))
      {
        orientation = found
      }
      if position == 8, isWideOpaque { critical.append(contentsOf: PNGChunks.linearGamma) }
      if type == PNGChunks.endType { return }
      position = end
    }
  }

  /// A `gAMA` chunk that declares the samples linear, so that the decoder returns all 16 bits unconverted.
  private static let linearGamma: [UInt8] = [
    0x00, 0x00, 0x00, 0x04, 0x67, 0x41, 0x4D, 0x41,
    0x00, 0x01, 0x86, 0xA0, 0x31, 0xE8, 0x96, 0x5F,
  ]

  /// The chunk type `eXIf`.
  private static let exifType = 0x6558_4966
  /// The chunk type `IEND`.
  private static let endType = 0x4945_4E44
}
