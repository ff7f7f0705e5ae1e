/// Spreads the depth of each pixel over a block × block square, YOLO's Expand: the inverse of `spaceToDepth` with
/// `rowsFirst`. Input channel (dy·block + dx)·C' + c goes to position (dy, dx) of output channel c, C' = C / block².
///
/// Runs over output rows, so that the interleaved writes to one row follow each other in cache.
///
/// - Parameters:
///   - input: (channels, height, width), channels a multiple of block²
///   - output: (channels / block², height·block, width·block), must not overlap `input`
package func depthToSpace(
  input: UnsafePointer<Float>, shape: MapShape, block: Int, output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  require(
    block > 0 && shape.channels % (block * block) == 0,
    "A depth of \(shape.channels) channels cannot be spread over blocks of \(block)×\(block).")
  let outputChannels = shape.channels / (block * block)
  let plane = shape.planeCount
  pool.forEachRange(outputChannels, atLeast: channelGrain(plane * block * block)) { channels in
    for c in channels {
      for y in 0..<shape.height * block {
        let row = output + (c * shape.height * block + y) * shape.width * block
        for dx in 0..<block {
          let channel = (y % block * block + dx) * outputChannels + c
          let source = input + channel * plane + y / block * shape.width
          for x in 0..<shape.width { row[x * block + dx] = source[x] }
        }
      }
    }
  }
}
