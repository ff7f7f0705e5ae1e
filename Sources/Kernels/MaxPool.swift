/// Takes the maximum over each window, padding counting as -∞; a NaN in a window is its maximum, as in PyTorch.
///
/// For each output row, the maxima of the window's input rows are taken column by column into a line with padded
/// ends, and then those of the line's neighbouring columns: 2·kernel instead of kernel² comparisons a pixel.
///
/// - Parameters:
///   - input: (channels, height, width)
///   - output: (channels, output height, output width), must not overlap `input`
package func maxPool(
  input: UnsafePointer<Float>, geometry: PoolingGeometry, output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  let (rows, columns) = (geometry.rows, geometry.columns)
  let inputPlane = geometry.input.planeCount
  let outputPlane = geometry.output.planeCount
  // Whole vectors may be read at the last output column, whichever that is.
  let lineCount = roundUp(columns.output, to: 8) * columns.stride + columns.kernel + columns.padding + 16
  let grain = channelGrain(outputPlane * 2 * geometry.kernel)
  pool.forEachRange(geometry.input.channels, atLeast: grain) { channels in
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(lineCount, columns.input + 2 * columns.padding)) {
      $0.initialize(repeating: -.infinity)
      guard let line = $0.baseAddress else { return }  // an allocation of at least one element has one
      for c in channels {
        for y in 0..<rows.output {
          let taps = rows.taps(at: y)
          let first = input + c * inputPlane + (rows.origin(y) + taps.lowerBound) * columns.input
          columnMaxima(first, rows: taps.count, width: columns.input, line + columns.padding)
          lineMaxima(line, columns, output + c * outputPlane + y * columns.output)
        }
      }
    }
  }
}

/// Takes the maxima of `rows` consecutive rows, column by column.
private func columnMaxima(
  _ source: UnsafePointer<Float>, rows: Int, width: Int, _ destination: UnsafeMutablePointer<Float>
) {
  for x in stride(from: 0, to: width, by: 8) {
    let count = min(8, width - x)
    var maximum = load8(source + x, first: count)
    for row in 1..<max(1, rows) { maximum = largest(maximum, load8(source + row * width + x, first: count)) }
    store8(maximum, destination + x, first: count)
  }
}

/// Takes the maxima of the line's windows.
private func lineMaxima(_ line: UnsafePointer<Float>, _ columns: WindowAxis, _ output: UnsafeMutablePointer<Float>) {
  for x in stride(from: 0, to: columns.output, by: 8) {
    let count = min(8, columns.output - x)
    let source = line + x * columns.stride
    var maximum = window(source, columns.stride)
    for tap in 1..<max(1, columns.kernel) { maximum = largest(maximum, window(source + tap, columns.stride)) }
    store8(maximum, output + x, first: count)
  }
}

/// Loads eight floats that lie `stride` apart.
@inline(__always)
private func window(_ source: UnsafePointer<Float>, _ stride: Int) -> Float8 {
  if stride == 1 { return load8(source) }
  if stride == 2 { return load16(source).evenHalf }
  var vector = Float8()
  for lane in 0..<8 { vector[lane] = source[lane * stride] }
  return vector
}

/// Takes the larger of two numbers, or the NaN among them.
@inline(__always)
private func largest(_ a: Float8, _ b: Float8) -> Float8 {
  a.replacing(with: b, where: (b .> a) .| (b .!= b))
}
