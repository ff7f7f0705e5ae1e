import Elements

/// What the kernels require of the memory that they work on, in bytes.
package enum BufferLayout {
  /// A cache line, and the widest vector: buffers, scratch memory and packed weights start at multiples of it.
  package static let alignment = 64

  /// Kernels load whole vectors, and so read up to this many bytes beyond the last element that they use. They never write
  /// there.
  package static let overRead = 60

  /// Kernels store the channels of a pixel in words of this many bytes: pixels and ranges of channels are made of whole
  /// words.
  package static let wordBytes = 4

  /// The bytes from one pixel of a map to the next in NHWC, its channels lying side by side.
  ///
  /// Whole cache lines; an odd number of them where there are many, so that neighbouring rows do not fall into the same
  /// set of the first-level cache. Pixels of less than one line lie close together, and convolutions copy those of a row
  /// of taps at once.
  package static func pixelStride(channels: Int, _ elementType: ElementType) -> Int {
    let bytes = channels * elementType.byteCount
    guard bytes >= alignment else { return bytes }
    let lines = (bytes + alignment - 1) / alignment
    return (lines % 8 == 0 ? lines + 1 : lines) * alignment
  }

  /// Whether maps of this many channels can have elements of this type: their pixels are whole words.
  package static func fitsWords(channels: Int, _ elementType: ElementType) -> Bool {
    channels * elementType.byteCount % wordBytes == 0
  }
}
