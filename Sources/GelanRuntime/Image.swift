import Detection
import Files

/// An image in memory: upright, 8 bits for each of red, green and blue.
public struct Image: Sendable {
  let base: RGBImage

  /// Reads a JPEG or PNG file, turned upright by its EXIF orientation.
  ///
  /// - Throws: `InferenceError.file` if it cannot be read, `.image` if it is not a JPEG or PNG image or is damaged.
  public init(path: String) throws(InferenceError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path: path, limit: Self.maximumFileSize)
    } catch {
      throw InferenceError(error)
    }
    do throws(ImageError) {
      base = try decode(bytes)
    } catch {
      throw InferenceError(error, path: path)
    }
  }

  /// Reads the bytes of a JPEG or PNG file, turned upright by its EXIF orientation.
  ///
  /// - Throws: `InferenceError.image`.
  public init(encoded bytes: [UInt8]) throws(InferenceError) {
    do throws(ImageError) {
      base = try decode(bytes)
    } catch {
      throw InferenceError(error)
    }
  }

  /// Makes an image from samples: row by row from the top, red, green and blue interleaved, `height × width × 3` bytes.
  ///
  /// - Throws: `InferenceError.image` if a side is below one, or the number of bytes differs.
  public init(width: Int, height: Int, pixels: [UInt8]) throws(InferenceError) {
    do throws(ImageError) {
      base = try RGBImage(width: width, height: height, pixels: pixels)
    } catch {
      throw InferenceError(error)
    }
  }

  private init(_ base: RGBImage) { self.base = base }

  /// The number of columns, in pixels.
  public var width: Int { base.width }

  /// The number of rows, in pixels.
  public var height: Int { base.height }

  /// The samples, `height × width × 3`, interleaved.
  public var pixels: [UInt8] { base.pixels }

  /// The image with a box and a label drawn for each object, the earlier ones on top.
  public func annotated(with objects: [DetectedObject]) -> Image {
    var names = [String](repeating: "", count: (objects.map(\.classIndex).max() ?? -1) + 1)
    for object in objects { names[object.classIndex] = object.className }
    return Image(annotate(base, objects: objects.map { Detection.DetectedObject($0) }, names: names))
  }

  /// Writes the image as PNG; the file appears complete or not at all.
  ///
  /// - Throws: `InferenceError.file` if it cannot be written, `.image` if there is no memory to compress it.
  public func writePNG(to path: String) throws(InferenceError) {
    let bytes: [UInt8]
    do throws(ImageError) {
      bytes = try encodePNG(base)
    } catch {
      throw InferenceError(error, path: path)
    }
    do throws(FileError) {
      try writeFileAtomically(path: path, bytes: bytes)
    } catch {
      throw InferenceError(error)
    }
  }

  /// More than the largest image takes uncompressed.
  private static let maximumFileSize = 1 << 30
}

/// `decodeImage` for an array, with the type of its error.
private func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
  try bytes.withUnsafeBytes { buffer in
    Result { () throws(ImageError) in try decodeImage(buffer) }
  }.get()
}
