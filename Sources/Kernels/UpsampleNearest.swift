import Glibc

/// Repeats every element `scale` times in both directions.
///
/// Each input row is widened once; the rows below it are copies.
///
/// - Parameters:
///   - input: (channels, height, width)
///   - output: (channels, height·scale, width·scale), must not overlap `input`
package func upsampleNearest(
  input: UnsafePointer<Float>, shape: MapShape, scale: Int, output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  require(scale >= 1, "A map cannot be upsampled by a scale of \(scale).")
  let width = shape.width
  let grain = max(1, elementGrain / (width * scale * scale))
  pool.forEachRange(shape.channels * shape.height, atLeast: grain) { rows in
    for y in rows {
      let first = output + y * scale * width * scale
      widenRow(input + y * width, count: width, scale: scale, to: first)
      for copy in 1..<max(1, scale) {
        memcpy(first + copy * width * scale, first, width * scale * MemoryLayout<Float>.stride)
      }
    }
  }
}

private func widenRow(
  _ source: UnsafePointer<Float>, count: Int, scale: Int, to destination: UnsafeMutablePointer<Float>
) {
  var x = 0
  if scale == 2 {
    while x + 8 <= count {
      let vector = load8(source + x)
      var pairs = SIMD16<Float>()
      pairs.evenHalf = vector
      pairs.oddHalf = vector
      UnsafeMutableRawPointer(destination + 2 * x).storeBytes(of: pairs, as: SIMD16<Float>.self)
      x += 8
    }
  }
  while x < count {
    for copy in 0..<scale { destination[x * scale + copy] = source[x] }
    x += 1
  }
}
