import CPNG

/// Encodes an image as an 8-bit RGB PNG file.
///
/// Throws `ImageError.encodingFailed` when the compressor reports a failure.
package func encodePNG(_ image: RGBImage) throws(ImageError) -> [UInt8] {
  var description = png_image()
  description.version = png_uint_32(PNG_IMAGE_VERSION)
  description.width = png_uint_32(image.width)
  description.height = png_uint_32(image.height)
  description.format = PNG_FORMAT_FLAG_COLOR
  defer { png_image_free(&description) }

  // Each row gains a filter byte; incompressible data grows by less than an eighth, and chunk headers by far less.
  let rawSize = (image.width * 3 + 1) * image.height
  let capacity = rawSize + rawSize / 4 + 4096
  var status: CInt = 0
  let file = [UInt8](unsafeUninitializedCapacity: capacity) { target, written in
    var size = png_alloc_size_t(capacity)
    status = image.pixels.withUnsafeBytes { pixels in
      png_image_write_to_memory(&description, target.baseAddress, &size, 0, pixels.baseAddress, 0, nil)
    }
    written = status != 0 ? min(Int(size), capacity) : 0
  }
  guard status != 0 else { throw .encodingFailed(detail: "the compressor reports “\(pngMessage(description))”") }
  return file
}
