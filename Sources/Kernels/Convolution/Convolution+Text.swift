extension Convolution: CustomStringConvertible {
  /// The kernel, how its work is divided, and its scratch memory: `winograd4, 40 blocks of 10 tiles, 81920 bytes of scratch`.
  package var description: String {
    let work =
      if let tiles {
        "\(tiles.blocks) blocks of \(tiles.capacity) tiles, \(tiles.parts) parts"
      } else if let strips {
        "\(strips.strips) strips of \(strips.capacity) pixels, \(strips.parts) parts"
      } else {
        "\(geometry.outputHeight) rows"
      }
    return "\(kernel.description), \(work), \(scratchByteCount) bytes of scratch"
  }
}
