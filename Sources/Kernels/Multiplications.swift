import KernelInterface

extension Convolution {
  /// Counts the multiply-accumulates that the algorithm does.
  ///
  /// Directly one for each tap, also where it meets the padding. By Winograd's forms one for each point of each tile, also
  /// where a tile reaches beyond the map; transforms are additions. What the last vector multiplies beyond the channels
  /// does not count.
  package var multiplications: Int {
    switch kernel {
    case .product, .depthwise: geometry.outputShape.count * geometry.depth
    case .winograd4: multiplications(tile: .four)
    case .winograd6: multiplications(tile: .six)
    }
  }

  private func multiplications(tile: WinogradTile) -> Int {
    let side = tile.outputs
    let tiles = (geometry.outputHeight + side - 1) / side * ((geometry.outputWidth + side - 1) / side)
    return tiles * tile.points * geometry.inputChannels / geometry.groups * geometry.outputChannels
  }
}
