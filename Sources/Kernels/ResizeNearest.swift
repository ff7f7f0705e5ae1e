import Glibc

/// Resizes every channel by taking, for each output element, the input element PyTorch's "nearest" mode takes.
///
/// Along each axis that is min(⌊i · (input / output)⌋, input - 1), computed in single precision. An output row that
/// comes from the same input row as the one above it is a copy of it.
///
/// - Parameters:
///   - input: (channels, height, width)
///   - output: (channels, outputHeight, outputWidth), must not overlap `input`
package func resizeNearest(
  input: UnsafePointer<Float>, shape: MapShape, outputHeight: Int, outputWidth: Int,
  output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  require(
    outputHeight > 0 && outputWidth > 0, "A map cannot be resized to \(outputHeight)×\(outputWidth).")
  let sourceRows = nearestSources(input: shape.height, output: outputHeight)
  let sourceColumns = nearestSources(input: shape.width, output: outputWidth)
  pool.forEachRange(shape.channels, atLeast: channelGrain(outputHeight * outputWidth)) { channels in
    for c in channels {
      for y in 0..<outputHeight {
        let row = output + (c * outputHeight + y) * outputWidth
        if y > 0 && sourceRows[y] == sourceRows[y - 1] {
          memcpy(row, row - outputWidth, outputWidth * MemoryLayout<Float>.stride)
        } else {
          let source = input + (c * shape.height + sourceRows[y]) * shape.width
          for x in 0..<outputWidth { row[x] = source[sourceColumns[x]] }
        }
      }
    }
  }
}

private func nearestSources(input: Int, output: Int) -> [Int] {
  let scale = Float(input) / Float(output)
  return (0..<output).map { min(Int((Float($0) * scale).rounded(.down)), input - 1) }
}
