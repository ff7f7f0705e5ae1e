/// A feature map in memory, or neighbouring channels of one: pixel by pixel, row by row, each pixel's channels side by
/// side.
///
/// Channels innermost is what makes everything else simple: a vector holds neighbouring channels of one pixel, so no
/// kernel cares for the width of a map, joins and splits of channels are other pointers into the same pixels, and a
/// matrix product reads pixels as its rows.
///
/// **Kernels may read 15 floats beyond the last pixel** (a whole vector from any channel on) and use none of them; they
/// never write there.
///
/// In bf16 two neighbouring channels lie in the place of a float, as in a panel, pixels have an even number of channels,
/// and strides count places.
package struct FeatureMap: @unchecked Sendable {
  /// The first channel of the first pixel.
  package let start: UnsafeMutablePointer<Float>
  package let shape: MapShape
  /// The floats from one pixel to the next, at least what the channels take.
  package let pixelStride: Int
  package let precision: Precision

  package init(
    start: UnsafeMutablePointer<Float>, shape: MapShape, pixelStride: Int, precision: Precision = .fp32
  ) {
    require(
      shape.channels % precision.numbersInWord == 0 && pixelStride >= shape.channels / precision.numbersInWord,
      "Pixels of \(shape.channels) channels in \(precision.rawValue) do not fit \(pixelStride) floats.")
    self.start = start
    self.shape = shape
    self.pixelStride = pixelStride
    self.precision = precision
  }

  package var channels: Int { shape.channels }
  package var height: Int { shape.height }
  package var width: Int { shape.width }

  /// The floats from one row to the next.
  package var rowStride: Int { shape.width * pixelStride }

  /// Whether what is written here had better not pass through the caches, since it would not stay there until it is read,
  /// and can do so: pixels are whole cache lines.
  package var streams: Bool {
    shape.planeCount * pixelStride >= Self.cachedFloats && pixelStride % 16 == 0 && UInt(bitPattern: start) % 64 == 0
      && channels % (16 * precision.numbersInWord) == 0
  }

  /// The floats of a map that has left the second-level cache, and is leaving the third, before all of it is written:
  /// passing through them it takes the place of what the next step reads, and costs reading each line before it is
  /// written. From 2 to 12 MiB, where it begins made little difference.
  private static let cachedFloats = 1 << 20

  /// The binary logarithm of how many rows and columns of a larger map each of this one's is for.
  package func shift(to larger: MapShape) -> Int { (larger.height / max(1, height)).trailingZeroBitCount }

  /// Neighbouring channels of this map.
  package func channels(_ range: Range<Int>) -> FeatureMap {
    require(
      range.lowerBound >= 0 && range.upperBound <= channels && !range.isEmpty,
      "A map of \(channels) channels has no channels \(range).")
    return FeatureMap(
      start: start + floats(before: range.lowerBound),
      shape: MapShape(channels: range.count, height: shape.height, width: shape.width), pixelStride: pixelStride,
      precision: precision)
  }

  /// The floats from a pixel's first channel to another, which has to begin one.
  package func floats(before channel: Int) -> Int {
    require(channel % precision.numbersInWord == 0, "Channel \(channel) in \(precision.rawValue) begins no float.")
    return channel / precision.numbersInWord
  }
}
