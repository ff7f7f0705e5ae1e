import KernelInterface

extension Convolution {
  /// Counts the multiply-accumulates that the algorithm does.
  package var multiplications: Int { kernel.multiplications(geometry, layout) }
}

extension ConvolutionKernel {
  /// Counts the multiply-accumulates that the algorithm does.
  ///
  /// Directly one for each tap, also where it meets the padding. By Winograd's forms one for each point of each tile, also
  /// where a tile reaches beyond the map; transforms are additions. What the last vector multiplies beyond the channels
  /// does not count. By pairs ten of sixteen take five multiplications.
  func multiplications(_ geometry: ConvolutionGeometry, _ layout: GEMMLayout) -> Int {
    let products = geometry.outputChannels * (layout.multiplications - (isPaired ? layout.pairs : 0))
    guard let tile else { return geometry.outputShape.planeCount * products }
    let side = tile.outputs
    let tiles = (geometry.outputHeight + side - 1) / side * ((geometry.outputWidth + side - 1) / side)
    return tiles * tile.points * products
  }
}
