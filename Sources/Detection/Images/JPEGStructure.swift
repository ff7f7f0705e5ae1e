/// The facts that the marker segments of a JPEG file state before its image data.
struct JPEGStructure {
  /// The EXIF orientation; upright when the file has none.
  private(set) var orientation = Orientation.upright
  /// Whether an end-of-image marker follows the image data.
  private(set) var isComplete = false

  /// Walks the markers of `bytes`, from the start of the image to the first end of the image.
  init(_ bytes: UnsafeRawBufferPointer) {
    var position = 2
    var hasOrientation = false
    while let marker = JPEGStructure.nextMarker(in: bytes, from: &position) {
      if marker == 0xD9 {
        isComplete = true
        return
      }
      guard let length = bytes.uint16(at: position), length >= 2 else { return }
      if marker == 0xE1, !hasOrientation,
        let found = Orientation(exifSegment: bytes.part(position + 2..<position + length))
      {
        orientation = found
        hasOrientation = true
      }
      position += length
    }
  }

  /// Finds the next marker that has a meaning here and moves `position` past it.
  ///
  /// Stuffed bytes and restart markers belong to the entropy-coded data, which is skipped in this way.
  private static func nextMarker(in bytes: UnsafeRawBufferPointer, from position: inout Int) -> UInt8? {
    var afterFill = false
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == 0xFF {
        afterFill = true
        continue
      }
      let isStandalone = byte <= 0x01 || (0xD0...0xD8).contains(byte)
      if afterFill, !isStandalone { return byte }
      afterFill = false
    }
    return nil
  }
}
