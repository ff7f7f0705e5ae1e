/// Computes weighted sums over a window that slides over one plane.
///
/// The loop over output pixels is outermost and that over taps innermost, row by row, so that a sum stays in a
/// register from its first product to its last.
struct WindowSum {
  private let rows: WindowAxis
  private let columns: WindowAxis
  private let interior: Range<Int>

  init(rows: WindowAxis, columns: WindowAxis) {
    self.rows = rows
    self.columns = columns
    interior = columns.interior
  }

  /// Writes one output row.
  ///
  /// - Parameters:
  ///   - plane: (inputHeight, inputWidth)
  ///   - weight: (kernelHeight, kernelWidth)
  ///   - output: (outputWidth)
  func row(
    _ y: Int, plane: UnsafePointer<Float>, weight: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    let tapsY = rows.taps(at: y)
    var x = 0
    if columns.stride <= 2 {
      // A stride of two reads a sixteenth float after the last one needed, so its last position is left out.
      let end = columns.stride == 1 ? interior.upperBound : interior.upperBound - 1
      if end - interior.lowerBound >= 8 {
        while x < interior.lowerBound {
          output[x] = pixel(y, x, tapsY, plane, weight)
          x += 1
        }
        while x < end {
          // The last vector may overlap the one before it; it computes the same sums again.
          let start = min(x, end - 8)
          store8(pixels(y, start, tapsY, plane, weight), output + start)
          x = start + 8
        }
      }
    }
    while x < columns.output {
      output[x] = pixel(y, x, tapsY, plane, weight)
      x += 1
    }
  }

  @inline(__always)
  private func pixel(
    _ y: Int, _ x: Int, _ tapsY: Range<Int>, _ plane: UnsafePointer<Float>, _ weight: UnsafePointer<Float>
  ) -> Float {
    let tapsX = columns.taps(at: x)
    var sum: Float = 0
    for tapY in tapsY {
      let source = plane + (rows.origin(y) + tapY * rows.dilation) * columns.input
      for tapX in tapsX {
        sum += weight[tapY * columns.kernel + tapX] * source[columns.origin(x) + tapX * columns.dilation]
      }
    }
    return sum
  }

  /// Sums eight neighbouring pixels of the interior, where no tap meets the padding left or right.
  @inline(__always)
  private func pixels(
    _ y: Int, _ x: Int, _ tapsY: Range<Int>, _ plane: UnsafePointer<Float>, _ weight: UnsafePointer<Float>
  ) -> Float8 {
    var sum = Float8()
    for tapY in tapsY {
      let source = plane + (rows.origin(y) + tapY * rows.dilation) * columns.input + columns.origin(x)
      let weights = weight + tapY * columns.kernel
      if columns.stride == 1 {
        for tapX in 0..<columns.kernel { sum += weights[tapX] * load8(source + tapX * columns.dilation) }
      } else {
        for tapX in 0..<columns.kernel { sum += weights[tapX] * load16(source + tapX * columns.dilation).evenHalf }
      }
    }
    return sum
  }
}
