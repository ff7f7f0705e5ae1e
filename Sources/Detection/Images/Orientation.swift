/// The relation of stored rows and columns to the upright image, with the values of the EXIF tag 0x0112.
enum Orientation: Int {
  case upright = 1
  case mirrored
  case upsideDown
  case flipped
  case transposed
  case turnedLeft
  case transverse
  case turnedRight

  /// Reads the orientation from an APP1 segment without its length; `nil` when the segment has none.
  init?(exifSegment: UnsafeRawBufferPointer) {
    guard exifSegment.starts(with: [0x45, 0x78, 0x69, 0x66, 0x00, 0x00]) else { return nil }
    self.init(tiff: exifSegment.part(6..<exifSegment.count))
  }

  /// Reads the orientation from the first directory of a TIFF structure; `nil` when it has none.
  init?(tiff: UnsafeRawBufferPointer) {
    let littleEndian: Bool
    switch tiff.uint16(at: 0) {
    case 0x4949: littleEndian = true
    case 0x4D4D: littleEndian = false
    default: return nil
    }
    guard tiff.uint16(at: 2, littleEndian: littleEndian) == 42,
      let directory = tiff.uint32(at: 4, littleEndian: littleEndian),
      let count = tiff.uint16(at: directory, littleEndian: littleEndian)
    else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + index * 12
      guard let tag = tiff.uint16(at: entry, littleEndian: littleEndian) else { return nil }
      guard tag == 0x0112 else { continue }
      let value: Int? =
        switch tiff.uint16(at: entry + 2, littleEndian: littleEndian) {
        case 3: tiff.uint16(at: entry + 8, littleEndian: littleEndian)
        case 4: tiff.uint32(at: entry + 8, littleEndian: littleEndian)
        default: nil
        }
      guard let value else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }

  /// Returns the image upright.
  func applied(to image: RGBImage) -> RGBImage {
    guard self != .upright else { return image }
    let width = image.width
    let height = image.height
    let lastRow = (height - 1) * width
    // The index of the upright image's first pixel among the stored ones, and the steps of a column and a row through
    // them.
    let (start, column, row): (Int, Int, Int) =
      switch self {
      case .upright: (0, 1, width)
      case .mirrored: (width - 1, -1, width)
      case .upsideDown: (lastRow + width - 1, -1, -width)
      case .flipped: (lastRow, 1, -width)
      case .transposed: (0, width, 1)
      case .turnedLeft: (lastRow, -width, 1)
      case .transverse: (lastRow + width - 1, -width, -1)
      case .turnedRight: (width - 1, width, -1)
      }
    let swapsSides = rawValue >= Orientation.transposed.rawValue
    let uprightWidth = swapsSides ? height : width
    let uprightHeight = swapsSides ? width : height
    let pixels = [UInt8](unsafeUninitializedCapacity: image.pixels.count) { target, written in
      image.pixels.withUnsafeBufferPointer { source in
        var offset = 0
        for y in 0..<uprightHeight {
          var index = (start + y * row) * 3
          for _ in 0..<uprightWidth {
            target[offset] = source[index]
            target[offset + 1] = source[index + 1]
            target[offset + 2] = source[index + 2]
            offset += 3
            index += column * 3
          }
        }
        written = offset
      }
    }
    return RGBImage(verifiedWidth: uprightWidth, height: uprightHeight, pixels: pixels)
  }
}
