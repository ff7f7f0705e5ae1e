import CPNG

/// Decodes a PNG file and turns it upright.
///
/// Samples of 16 bits keep their high byte, as in OpenCV; with an alpha channel they are rounded.
func decodePNG(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> RGBImage {
  let chunks = try PNGChunks(bytes)
  // libpng's simplified reader mixes up the rows of such files (https://github.com/pnggroup/libpng/issues/853).
  guard !chunks.isWideInterlacedWithAlpha else {
    throw .unsupportedKind(format: .png, kind: "interlaced with an alpha channel and 16-bit samples")
  }
  let stored = chunks.critical.withUnsafeBytes { file in
    Result { () throws(ImageError) in
      let reader = try PNGReader(file)
      return chunks.isWideOpaque ? try reader.readHighBytes() : try reader.readBytes()
    }
  }
  return chunks.orientation.applied(to: try stored.get())
}

/// libpng's simplified reader with the header of one file read.
private final class PNGReader {
  private var image = png_image()
  private let pixelCount: Int

  /// Reads the header of `file`, which must outlive the reader.
  init(_ file: UnsafeRawBufferPointer) throws(ImageError) {
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
      throw .damaged(format: .png, detail: "the decoder reports “\(pngMessage(image))”")
    }
    do {
      pixelCount = try RGBImage.checkedPixelCount(width: Int(image.width), height: Int(image.height))
    } catch {
      // A class that throws before it is complete is not deinitialized.
      png_image_free(&image)
      throw error
    }
  }

  deinit {
    png_image_free(&image)
  }

  /// Reads 8-bit samples, without the alpha channel if there is one.
  func readBytes() throws(ImageError) -> RGBImage {
    // Reading without the alpha channel would blend, so it is read and then dropped.
    guard image.format & PNG_FORMAT_FLAG_ALPHA != 0 else {
      return result(try read(UInt8.self, channels: 3, format: PNG_FORMAT_FLAG_COLOR))
    }
    // Samples of 16 bits are treated as sRGB like those of 8 bits; otherwise they would be read as linear light.
    image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let samples = try read(UInt8.self, channels: 4, format: PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
    let pixels = [UInt8](unsafeUninitializedCapacity: pixelCount * 3) { target, written in
      for index in 0..<pixelCount {
        for channel in 0..<3 {
          target[index * 3 + channel] = samples[index * 4 + channel]
        }
      }
      written = pixelCount * 3
    }
    return result(pixels)
  }

  /// Reads 16-bit samples marked as linear and keeps the high byte of each.
  func readHighBytes() throws(ImageError) -> RGBImage {
    let samples = try read(UInt16.self, channels: 3, format: PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_LINEAR)
    return result(samples.map { UInt8($0 >> 8) })
  }

  /// Reads all rows as samples of the given type and format.
  private func read<Sample>(_: Sample.Type, channels: Int, format: UInt32) throws(ImageError) -> [Sample] {
    image.format = format
    let count = pixelCount * channels
    var status: CInt = 0
    let samples = [Sample](unsafeUninitializedCapacity: count) { target, written in
      status = png_image_finish_read(&image, nil, target.baseAddress, 0, nil)
      written = status != 0 ? count : 0
    }
    guard status != 0 else {
      throw .damaged(format: .png, detail: "the decoder reports “\(pngMessage(image))”")
    }
    return samples
  }

  private func result(_ pixels: [UInt8]) -> RGBImage {
    RGBImage(verifiedWidth: Int(image.width), height: Int(image.height), pixels: pixels)
  }
}

/// Returns the message of the last failed call, which the library stores in a fixed array.
func pngMessage(_ image: png_image) -> String {
  withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
