/// Resizes an image as OpenCV's `INTER_LINEAR` does for 8-bit samples, bit for bit.
///
/// Calls `emit` once for each output row, in order, with the row's index and its `width × 3` interleaved samples, which
/// are valid during the call only.
func resizeLinearly(
  _ image: RGBImage, width: Int, height: Int, emit: (Int, UnsafeBufferPointer<UInt8>) -> Void
) {
  let rowLength = width * 3
  image.pixels.withUnsafeBufferPointer { pixels in
    if image.width == width, image.height == height {
      for y in 0..<height {
        emit(y, UnsafeBufferPointer(rebasing: pixels[y * rowLength..<(y + 1) * rowLength]))
      }
      return
    }
    let columns = LinearTaps(source: image.width, target: width, stopsAtEdge: true)
    let rows = LinearTaps(source: image.height, target: height, stopsAtEdge: false)
    let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rowLength)
    defer { output.deallocate() }
    var upper = StretchedRow(length: rowLength)
    var lower = StretchedRow(length: rowLength)
    for y in 0..<height {
      // Adjacent output rows mostly read the same source rows, often shifted by one.
      if lower.sourceIndex == rows.first[y] { swap(&upper, &lower) }
      upper.fill(from: pixels, sourceWidth: image.width, row: rows.first[y], columns: columns)
      lower.fill(from: pixels, sourceWidth: image.width, row: rows.second[y], columns: columns)
      blend(upper, lower, weights: (rows.firstWeight[y], rows.secondWeight[y]), into: output)
      emit(y, UnsafeBufferPointer(output))
    }
  }
}

/// Blends two resized rows in OpenCV's fixed-point steps.
private func blend(
  _ upper: StretchedRow, _ lower: StretchedRow, weights: (Int32, Int32), into output: UnsafeMutableBufferPointer<UInt8>
) {
  upper.values.withUnsafeBufferPointer { upperValues in
    lower.values.withUnsafeBufferPointer { lowerValues in
      for index in 0..<output.count {
        let sum = (weights.0 &* (upperValues[index] >> 4)) >> 16 &+ (weights.1 &* (lowerValues[index] >> 4)) >> 16
        output[index] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
      }
    }
  }
}

/// One source row resized horizontally, its samples scaled by 2048.
private struct StretchedRow {
  var sourceIndex = -1
  var values: [Int32]

  init(length: Int) {
    values = [Int32](repeating: 0, count: length)
  }

  /// Resizes row `row` of `pixels`, unless it is already here.
  mutating func fill(from pixels: UnsafeBufferPointer<UInt8>, sourceWidth: Int, row: Int, columns: LinearTaps) {
    guard row != sourceIndex else { return }
    sourceIndex = row
    let source = UnsafeBufferPointer(rebasing: pixels[row * sourceWidth * 3..<(row + 1) * sourceWidth * 3])
    values.withUnsafeMutableBufferPointer { values in
      for x in 0..<columns.first.count {
        let first = columns.first[x] * 3
        let second = columns.second[x] * 3
        let firstWeight = columns.firstWeight[x]
        let secondWeight = columns.secondWeight[x]
        for channel in 0..<3 {
          values[x * 3 + channel] =
            Int32(source[first + channel]) &* firstWeight &+ Int32(source[second + channel]) &* secondWeight
        }
      }
    }
  }
}
