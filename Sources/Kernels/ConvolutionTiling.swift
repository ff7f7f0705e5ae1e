/// Divides the (channels × pixels) product matrix of a convolution into tiles for the threads to take.
///
/// Strips of pixels come first: each strip reads its own part of the input. Only when there are too few strips for
/// the threads, as on the smallest maps, are the channels divided as well.
struct ConvolutionTiling {
  let channels: Int
  let pixels: Int
  let strips: Int
  let blocks: Int

  /// Strip and block borders are multiples of the matrix kernels' register tiles.
  private static let pixelStep = 16
  private static let channelStep = 8

  /// - Parameter preferredPixels: the strip that keeps a tile's operands in cache
  init(channels: Int, pixels: Int, preferredPixels: Int, threads: Int) {
    self.channels = channels
    self.pixels = pixels
    // Full rounds of all threads, unless the strips would become too narrow for the multiplication to be efficient.
    let wanted = roundUp((pixels + preferredPixels - 1) / preferredPixels, to: threads)
    let narrowest = 4 * Self.pixelStep
    strips = max(1, min(wanted, pixels / narrowest))
    let wantedBlocks = (threads + strips - 1) / strips
    blocks = max(1, min(wantedBlocks, channels / (2 * Self.channelStep)))
  }

  var tileCount: Int { strips * blocks }

  /// Counts the pixels of the widest strip.
  var stripCapacity: Int { (0..<strips).reduce(0) { max($0, pixelRange($1).count) } }

  func pixelRange(_ tile: Int) -> Range<Int> {
    Self.part(tile % strips, of: strips, count: pixels, step: Self.pixelStep)
  }

  func channelRange(_ tile: Int) -> Range<Int> {
    Self.part(tile / strips, of: blocks, count: channels, step: Self.channelStep)
  }

  private static func part(_ index: Int, of parts: Int, count: Int, step: Int) -> Range<Int> {
    let steps = (count + step - 1) / step
    let first = min(count, index * steps / parts * step)
    let last = min(count, (index + 1) * steps / parts * step)
    return first..<last
  }
}

/// Rounds a positive number up to a multiple.
func roundUp(_ number: Int, to multiple: Int) -> Int {
  (number + multiple - 1) / multiple * multiple
}
