import CTurboJPEG

/// Decodes a JPEG file with the accurate transform and smooth chroma upsampling, and turns it upright.
func decodeJPEG(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> RGBImage {
  // The decoder fills the missing part of a truncated file with grey, so completeness is checked before.
  let structure = JPEGStructure(bytes)
  guard structure.isComplete else { throw .truncated(format: .jpeg) }
  let decoder = try JPEGDecoder(bytes)
  let image = decoder.isCMYK ? try decoder.decodeCMYK() : try decoder.decodeRGB()
  return structure.orientation.applied(to: image)
}

/// A TurboJPEG handle with the header of one file read.
private final class JPEGDecoder {
  private let handle: tjhandle
  private let bytes: UnsafeBufferPointer<UInt8>
  private let width: Int
  private let height: Int
  /// Whether the file stores four inks, directly or as YCCK.
  let isCMYK: Bool

  /// Reads the header of `bytes`, which must outlive the decoder.
  init(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
    guard let handle = tjInitDecompress() else {
      throw .damaged(format: .jpeg, detail: "the decoder cannot be started")
    }
    var width: CInt = 0
    var height: CInt = 0
    var subsampling: CInt = 0
    var colorSpace: CInt = 0
    let samples = bytes.assumingMemoryBound(to: UInt8.self)
    let status = tjDecompressHeader3(
      handle, samples.baseAddress, CUnsignedLong(bytes.count), &width, &height, &subsampling, &colorSpace)
    // The header reader also fails for chroma subsampling that it has no name for, which the decoder still supports.
    guard status == 0 || (width > 0 && height > 0) else {
      let error = JPEGDecoder.lastError(of: handle)
      tjDestroy(handle)
      throw error
    }
    self.handle = handle
    self.bytes = samples
    self.width = Int(width)
    self.height = Int(height)
    isCMYK = colorSpace == CInt(TJCS_CMYK.rawValue) || colorSpace == CInt(TJCS_YCCK.rawValue)
  }

  deinit {
    tjDestroy(handle)
  }

  func decodeRGB() throws(ImageError) -> RGBImage {
    let pixels = try decode(channels: 3, format: CInt(TJPF_RGB.rawValue))
    return RGBImage(verifiedWidth: width, height: height, pixels: pixels)
  }

  /// Decodes four inks stored inverted, as Adobe writes them, and multiplies each by black as OpenCV does.
  func decodeCMYK() throws(ImageError) -> RGBImage {
    let inks = try decode(channels: 4, format: CInt(TJPF_CMYK.rawValue))
    let count = width * height
    let pixels = [UInt8](unsafeUninitializedCapacity: count * 3) { target, written in
      for index in 0..<count {
        let black = Int32(inks[index * 4 + 3])
        for channel in 0..<3 {
          let ink = Int32(inks[index * 4 + channel])
          target[index * 3 + channel] = UInt8(truncatingIfNeeded: black - ((255 - ink) * black) >> 8)
        }
      }
      written = count * 3
    }
    return RGBImage(verifiedWidth: width, height: height, pixels: pixels)
  }

  /// Decodes the image in the given pixel format, which has `channels` bytes per pixel.
  private func decode(channels: Int, format: CInt) throws(ImageError) -> [UInt8] {
    let byteCount = try RGBImage.checkedPixelCount(width: width, height: height) * channels
    // The first warning stops the decoder, which limits the work that a short malicious file can cause. When the
    // warning concerns nothing that affects the pixels, the decoder runs again and ignores it.
    var flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING
    var status: CInt = -1
    var isHarmless = false
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { target, written in
      for _ in 0..<2 {
        status = tjDecompress2(
          handle, bytes.baseAddress, CUnsignedLong(bytes.count), target.baseAddress, CInt(width),
          CInt(width * channels), CInt(height), format, CInt(flags))
        isHarmless = status != 0 && JPEGDecoder.hasHarmlessWarning(handle)
        guard isHarmless else { break }
        flags &= ~TJFLAG_STOPONWARNING
      }
      written = status == 0 || isHarmless ? byteCount : 0
    }
    guard status == 0 || isHarmless else { throw JPEGDecoder.lastError(of: handle) }
    return pixels
  }

  /// Whether the last call was stopped by a warning that does not affect the pixels.
  private static func hasHarmlessWarning(_ handle: tjhandle) -> Bool {
    guard tjGetErrorCode(handle) == CInt(TJERR_WARNING.rawValue) else { return false }
    let message = lastMessage(of: handle)
    return ["extraneous bytes before marker", "unknown JFIF revision", "Invalid SOS parameters"]
      .contains { message.contains($0) }
  }

  private static func lastMessage(of handle: tjhandle) -> String {
    guard let message = tjGetErrorStr2(handle) else { return "" }
    return String(cString: message)
  }

  private static func lastError(of handle: tjhandle) -> ImageError {
    let message = lastMessage(of: handle)
    let detail = message.isEmpty ? "the decoder rejects it" : "the decoder reports “\(message)”"
    return .damaged(format: .jpeg, detail: detail)
  }
}
