/// Surrounds every channel with zeros.
///
/// - Parameters:
///   - input: (channels, height, width)
///   - output: (channels, top + height + bottom, left + width + right), must not overlap `input`
package func zeroPad(
  input: UnsafePointer<Float>, shape: MapShape, left: Int, right: Int, top: Int, bottom: Int,
  output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  require(
    left >= 0 && right >= 0 && top >= 0 && bottom >= 0,
    "A map cannot be padded by a negative number of elements: left \(left), right \(right), top \(top), "
      + "bottom \(bottom).")
  let width = left + shape.width + right
  let plane = (top + shape.height + bottom) * width
  pool.forEachRange(shape.channels, atLeast: channelGrain(plane)) { channels in
    for c in channels {
      var row = output + c * plane
      fillZero(row, count: top * width)
      row += top * width
      for y in 0..<shape.height {
        fillZero(row, count: left)
        copyStrided(
          from: input + (c * shape.height + y) * shape.width, stride: 1, to: row + left, count: shape.width)
        fillZero(row + (left + shape.width), count: right)
        row += width
      }
      fillZero(row, count: bottom * width)
    }
  }
}
