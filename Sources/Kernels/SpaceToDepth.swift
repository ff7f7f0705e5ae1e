/// Names the order in which the positions (dy, dx) of a block become groups of output channels.
package enum BlockOrder: Hashable, Sendable {
  /// Output channel (dy·block + dx)·C + c: YOLO's Contract.
  case rowsFirst
  /// Output channel (dx·block + dy)·C + c: YOLO's ReOrg, which joins x[::2, ::2], x[1::2, ::2], x[::2, 1::2] and
  /// x[1::2, 1::2].
  case columnsFirst
}

/// Moves each block × block square of a channel into the depth of one output pixel.
///
/// Runs over output rows, which are written contiguously and gathered from every block-th element of an input row.
///
/// - Parameters:
///   - input: (channels, height, width), height and width multiples of `block`
///   - output: (channels·block², height / block, width / block), must not overlap `input`
package func spaceToDepth(
  input: UnsafePointer<Float>, shape: MapShape, block: Int, order: BlockOrder, output: UnsafeMutablePointer<Float>,
  pool: ThreadPool
) {
  require(
    block > 0 && shape.height % block == 0 && shape.width % block == 0,
    "A map of \(shape.height)×\(shape.width) cannot be cut into blocks of \(block)×\(block).")
  let (height, width) = (shape.height / block, shape.width / block)
  pool.forEachRange(shape.channels * block * block, atLeast: channelGrain(height * width)) { channels in
    for channel in channels {
      let (position, c) = channel.quotientAndRemainder(dividingBy: shape.channels)
      let (slow, fast) = position.quotientAndRemainder(dividingBy: block)
      let (dy, dx) = order == .rowsFirst ? (slow, fast) : (fast, slow)
      for y in 0..<height {
        copyStrided(
          from: input + (c * shape.height + y * block + dy) * shape.width + dx, stride: block,
          to: output + (channel * height + y) * width, count: width)
      }
    }
  }
}
