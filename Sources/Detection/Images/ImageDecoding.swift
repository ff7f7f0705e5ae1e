/// Decodes a JPEG or PNG file, recognised by its first bytes, into upright RGB pixels.
///
/// Grey is copied to the three channels, CMYK is converted, an alpha channel is dropped without blending, and the EXIF
/// EXIF orientation is applied.
///
/// Throws `ImageError` for other formats and for truncated, damaged or oversized files; it never returns a partly
/// decoded image.
package func decodeImage(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> RGBImage {
  switch try ImageFormat(recognizing: bytes) {
  case .jpeg: try decodeJPEG(bytes)
  case .png: try decodePNG(bytes)
  }
}
