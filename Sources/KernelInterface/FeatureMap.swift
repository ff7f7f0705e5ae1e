import Elements

/// A feature map in memory in NHWC, or neighbouring channels of one: pixel by pixel, row by row, the channels of each
/// pixel side by side.
///
/// With the channels innermost, a vector holds neighbouring channels of one pixel, so no kernel depends on the width of a
/// map, concatenating and splitting channels are other pointers into the same pixels, and a GEMM reads pixels as its rows.
///
/// Kernels may read `BufferLayout.overRead` bytes beyond the last pixel (a whole vector from any channel on) and use none
/// of them; they never write there.
package struct FeatureMap: @unchecked Sendable {
  /// The first channel of the first pixel.
  package let start: UnsafeMutableRawPointer
  package let shape: MapShape
  /// The bytes from one pixel to the next, at least those of the channels.
  package let pixelStride: Int
  package let elementType: ElementType

  package init(
    start: UnsafeMutableRawPointer, shape: MapShape, pixelStride: Int, elementType: ElementType = .fp32
  ) {
    require(
      BufferLayout.fitsWords(channels: shape.channels, elementType)
        && pixelStride % BufferLayout.wordBytes == 0 && pixelStride >= shape.channels * elementType.byteCount,
      "Pixels of \(shape.channels) channels in \(elementType.rawValue) do not fit \(pixelStride) bytes.")
    self.start = start
    self.shape = shape
    self.pixelStride = pixelStride
    self.elementType = elementType
  }

  package var channels: Int { shape.channels }
  package var height: Int { shape.height }
  package var width: Int { shape.width }

  /// The bytes from one row to the next.
  package var rowStride: Int { shape.width * pixelStride }

  /// The bytes that the channels of a pixel take.
  package var pixelBytes: Int { shape.channels * elementType.byteCount }

  /// Whether nothing lies between the pixels.
  package var isDense: Bool { pixelStride == pixelBytes }

  /// Whether kernels write the map with non-temporal stores: it is too large to stay in the caches until it is read, and
  /// its pixels are whole cache lines.
  package var isNonTemporal: Bool {
    shape.planeCount * pixelStride >= Self.cachedBytes && pixelStride % BufferLayout.alignment == 0
      && UInt(bitPattern: start) % UInt(BufferLayout.alignment) == 0 && pixelBytes % BufferLayout.alignment == 0
  }

  /// The bytes of a map that has left the second-level cache, and is leaving the third, before all of it is written.
  /// Passing through them, it would evict what the next step reads, and each line would be read before it is written. The
  /// exact bound makes little difference between 2 and 12 MiB.
  private static let cachedBytes = 4 << 20

  /// The binary logarithm of how many rows and columns of a larger map correspond to each of this one's.
  package func shift(to larger: MapShape) -> Int { (larger.height / max(1, height)).trailingZeroBitCount }

  /// Neighbouring channels of this map.
  package func channels(_ range: Range<Int>) -> FeatureMap {
    require(
      range.lowerBound >= 0 && range.upperBound <= channels && !range.isEmpty,
      "A map of \(channels) channels has no channels \(range).")
    return FeatureMap(
      start: start + byteOffset(ofChannel: range.lowerBound),
      shape: MapShape(channels: range.count, height: shape.height, width: shape.width), pixelStride: pixelStride,
      elementType: elementType)
  }

  /// The bytes from a pixel's first channel to another, which has to begin a word.
  package func byteOffset(ofChannel channel: Int) -> Int {
    let offset = channel * elementType.byteCount
    require(
      offset % BufferLayout.wordBytes == 0, "Channel \(channel) in \(elementType.rawValue) does not begin a word.")
    return offset
  }
}
