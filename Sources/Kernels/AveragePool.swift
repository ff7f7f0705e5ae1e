/// Divides the sum over each window, padding counting as zeros, by the window's kernel² elements.
///
/// Sums run row by row through the window, as in PyTorch.
///
/// - Parameters:
///   - input: (channels, height, width)
///   - output: (channels, output height, output width), must not overlap `input`
package func averagePool(
  input: UnsafePointer<Float>, geometry: PoolingGeometry, output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  let window = WindowSum(rows: geometry.rows, columns: geometry.columns)
  let taps = geometry.kernel * geometry.kernel
  let ones = [Float](repeating: 1, count: taps)
  let inputPlane = geometry.input.planeCount
  let (height, width) = (geometry.output.height, geometry.output.width)
  pool.forEachRange(geometry.input.channels, atLeast: channelGrain(height * width * taps)) { channels in
    ones.withUnsafeBufferPointer { ones in
      guard let weight = ones.baseAddress else { return }  // an allocation of at least one element has one
      for c in channels {
        for y in 0..<height {
          let row = output + (c * height + y) * width
          window.row(y, plane: input + c * inputPlane, weight: weight, output: row)
          divideRow(row, count: width, by: Float(taps))
        }
      }
    }
  }
}

private func divideRow(_ row: UnsafeMutablePointer<Float>, count: Int, by divisor: Float) {
  var i = 0
  while i + 8 <= count {
    store8(load8(row + i) / divisor, row + i)
    i += 8
  }
  while i < count {
    row[i] /= divisor
    i += 1
  }
}
