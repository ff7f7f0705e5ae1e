import Elements

/// Neighbouring pixels that a kernel reads: the same channels of each.
package struct PixelSpan {
  /// The first channel of the first pixel.
  package var start: UnsafeRawPointer
  /// The bytes from one pixel to the next.
  package var stride: Int
  package var count: Int
  /// The channels to read of each pixel; whole vectors are loaded.
  package var channels: Int
  package var elementType: ElementType

  package init(start: UnsafeRawPointer, stride: Int, count: Int, channels: Int, elementType: ElementType) {
    self.start = start
    self.stride = stride
    self.count = count
    self.channels = channels
    self.elementType = elementType
  }

  /// Pixels of a map from one on, and channels from one on.
  package init(_ map: FeatureMap, pixel: Int = 0, count: Int, channel: Int = 0, channels: Int) {
    self.init(
      start: UnsafeRawPointer(map.start + (pixel * map.pixelStride + map.byteOffset(ofChannel: channel))),
      stride: map.pixelStride, count: count, channels: channels, elementType: map.elementType)
  }
}

/// Neighbouring pixels that a kernel writes.
package struct OutputSpan {
  /// The first channel of the first pixel.
  package var start: UnsafeMutableRawPointer
  /// The bytes from one pixel to the next.
  package var stride: Int
  package var elementType: ElementType
  /// Whether to use non-temporal stores. Then the first channel, and so that of every group of channels, starts a cache
  /// line, all channels are whole vectors, and pixels are whole lines. Sums that are stored as they are, and those of
  /// depthwise convolutions, pass through the caches anyway; so do, of outputs in bf16, Winograd tiles and sums to which
  /// a map is added.
  package var isNonTemporal: Bool
  /// The number of the first pixel in the map, and the map's width: they find the pixels of addends.
  package var firstPixel: Int
  package var width: Int

  package init(
    start: UnsafeMutableRawPointer, stride: Int, elementType: ElementType = .fp32, isNonTemporal: Bool = false,
    firstPixel: Int = 0, width: Int = 1
  ) {
    self.start = start
    self.stride = stride
    self.elementType = elementType
    self.isNonTemporal = isNonTemporal
    self.firstPixel = firstPixel
    self.width = width
  }

  /// Pixels of a map from one on, and channels from one on.
  package init(_ map: FeatureMap, pixel: Int = 0, channel: Int = 0) {
    self.init(
      start: map.start + (pixel * map.pixelStride + map.byteOffset(ofChannel: channel)), stride: map.pixelStride,
      elementType: map.elementType, isNonTemporal: map.isNonTemporal, firstPixel: pixel, width: map.width)
  }
}

/// A map that is added to an output, or read beside other maps.
package struct Addend {
  /// The first channel of the first pixel.
  package var start: UnsafeRawPointer
  package var pixelStride: Int
  package var rowStride: Int
  package var elementType: ElementType
  /// The binary logarithm of how many output rows and columns each of its rows and columns is for.
  package var shift: Int

  /// A map from one channel on.
  package init(_ map: FeatureMap, channel: Int = 0, shift: Int) {
    start = UnsafeRawPointer(map.start + map.byteOffset(ofChannel: channel))
    pixelStride = map.pixelStride
    rowStride = map.rowStride
    elementType = map.elementType
    self.shift = shift
  }
}

/// What happens to sums before they are stored: `after + activation(sum + bias + before)`.
package struct Epilogue {
  /// A multiple of a vector, zeros beyond the channels; `nil` if there is no bias.
  package var bias: UnsafePointer<Float>?
  package var activation: ActivationFunction
  /// Added before the activation.
  package var before: Addend?
  /// Added to the activated value, at the place of the output.
  package var after: Addend?

  package init(
    bias: UnsafePointer<Float>? = nil, activation: ActivationFunction = .identity, before: Addend? = nil,
    after: Addend? = nil
  ) {
    self.bias = bias
    self.activation = activation
    self.before = before
    self.after = after
  }
}
