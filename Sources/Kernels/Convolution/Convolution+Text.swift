extension Convolution: CustomStringConvertible {
  /// The kernel, how its work is divided, and its scratch memory: `winograd4, 40 x 10 tiles, 81920 bytes of scratch`.
  package var description: String {
    let work =
      if let tiles {
        "\(tiles.blocks) x \(tiles.capacity) tiles" + parts(tiles.parts)
      } else if let strips {
        "\(strips.strips) x \(strips.capacity) pixels" + parts(strips.parts)
      } else {
        "\(geometry.outputHeight) rows"
      }
    return "\(kernel.description), \(work), \(scratchByteCount) bytes of scratch"
  }
  /// The parts that the output channels are divided into, if there are several.
  private func parts(_ count: Int) -> String { count > 1 ? ", \(count) parts of the output channels" : "" }
}
