/// Holds the extent of one feature map, however it lies in memory.
package struct MapShape: Hashable, Sendable {
  package let channels: Int
  package let height: Int
  package let width: Int

  package init(channels: Int, height: Int, width: Int) {
    require(
      channels > 0 && height > 0 && width > 0,
      "A feature map needs at least one channel, row and column, not \(channels)×\(height)×\(width).")
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Counts the floats of one channel.
  package var planeCount: Int { height * width }

  /// Counts the floats of the whole map.
  package var count: Int { channels * height * width }
}
