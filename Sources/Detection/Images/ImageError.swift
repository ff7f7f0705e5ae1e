/// The reason why an image cannot be read, created or written.
package enum ImageError: Error, Equatable, Sendable {
  /// The bytes are not in a supported format; `content` describes what they seem to be.
  case unsupported(content: String)
  /// The file has a supported format, but an unsupported variant; `kind` completes the sentence “The file is …”.
  case unsupportedKind(format: ImageFormat, kind: String)
  /// The file ends before its image is complete.
  case truncated(format: ImageFormat)
  /// The file violates its format; `detail` says where.
  case damaged(format: ImageFormat, detail: String)
  /// The image has more pixels than `RGBImage.maximumPixelCount`.
  case tooLarge(width: Int, height: Int)
  /// A dimension is below one, or the dimensions do not match the samples.
  case invalidSize(width: Int, height: Int)
  /// Memory could not be allocated, or the compressor failed; `detail` says how.
  case encodingFailed(detail: String)
}

extension ImageError: CustomStringConvertible {
  /// One sentence for the person who supplied the image.
  package var description: String {
    switch self {
    case .unsupported(let content):
      "The file seems to be \(content); only JPEG and PNG images are supported."
    case .unsupportedKind(let format, let kind):
      "The \(format.rawValue) file is \(kind), which is not supported."
    case .truncated(let format):
      "The \(format.rawValue) file is truncated: it ends before its image is complete."
    case .damaged(let format, let detail):
      "The \(format.rawValue) file is damaged: \(detail)."
    case .tooLarge(let width, let height):
      "The image has \(width) × \(height) pixels, more than the limit of \(RGBImage.maximumPixelCount)."
    case .invalidSize(let width, let height):
      "The image size of \(width) × \(height) pixels is not possible or does not match its samples."
    case .encodingFailed(let detail):
      "The image cannot be written as PNG: \(detail)."
    }
  }
}
