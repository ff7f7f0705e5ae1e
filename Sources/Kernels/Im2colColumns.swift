/// Unfolds a strip of output pixels into the matrix whose column p holds every input value that pixel p depends on.
struct Im2colColumns {
  private let rows: WindowAxis
  private let columns: WindowAxis

  init(_ geometry: ConvolutionGeometry) {
    rows = geometry.rows
    columns = geometry.columns
  }

  /// Writes the matrix row by row: a matrix row belongs to one channel and tap and is a shifted copy of the channel.
  ///
  /// - Parameters:
  ///   - input: (channels, inputHeight, inputWidth)
  ///   - unfolded: (channels, kernelHeight, kernelWidth, pixels)
  func unfold(
    _ input: UnsafePointer<Float>, channels: Int, pixels: Range<Int>, to unfolded: UnsafeMutablePointer<Float>
  ) {
    var row = unfolded
    for c in 0..<channels {
      let plane = input + c * rows.input * columns.input
      for tapY in 0..<rows.kernel {
        for tapX in 0..<columns.kernel {
          if columns.stride == 1 && columns.output == columns.input {
            unfoldShifted(plane, tapY, tapX, pixels, row)
          } else {
            unfoldByRows(plane, tapY, tapX, pixels, row)
          }
          row += pixels.count
        }
      }
    }
  }

  /// Copies the whole strip at once: input and output rows being equally long, a tap only shifts the channel.
  ///
  /// What the shift carries around the end of a row belongs to the padding and is cleared afterwards.
  private func unfoldShifted(
    _ plane: UnsafePointer<Float>, _ tapY: Int, _ tapX: Int, _ pixels: Range<Int>, _ row: UnsafeMutablePointer<Float>
  ) {
    let width = columns.input
    let shiftX = tapX * columns.dilation - columns.padding
    let shift = (tapY * rows.dilation - rows.padding) * width + shiftX
    let first = min(max(pixels.lowerBound, -shift), pixels.upperBound)
    let last = max(first, min(pixels.upperBound, rows.input * width - shift))
    fillZero(row, count: first - pixels.lowerBound)
    copyStrided(from: plane + (first + shift), stride: 1, to: row + (first - pixels.lowerBound), count: last - first)
    fillZero(row + (last - pixels.lowerBound), count: pixels.upperBound - last)

    guard shiftX != 0 else { return }
    let padded = shiftX < 0 ? 0..<min(width, -shiftX) : max(0, width - shiftX)..<width
    var rowStart = pixels.lowerBound / width * width
    while rowStart < pixels.upperBound {
      let from = max(pixels.lowerBound, rowStart + padded.lowerBound)
      let to = min(pixels.upperBound, rowStart + padded.upperBound)
      var pixel = from
      while pixel < to {
        row[pixel - pixels.lowerBound] = 0
        pixel += 1
      }
      rowStart += width
    }
  }

  /// Copies the part of each output row that lies in the strip.
  private func unfoldByRows(
    _ plane: UnsafePointer<Float>, _ tapY: Int, _ tapX: Int, _ pixels: Range<Int>, _ row: UnsafeMutablePointer<Float>
  ) {
    let inside = columns.positions(tap: tapX)
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let y = pixel / columns.output
      let start = pixel - y * columns.output
      let end = min(columns.output, start + pixels.upperBound - pixel)
      let destination = row + (pixel - pixels.lowerBound)
      let inputY = rows.origin(y) + tapY * rows.dilation
      if inputY >= 0 && inputY < rows.input {
        let first = min(max(start, inside.lowerBound), end)
        let last = max(first, min(end, inside.upperBound))
        fillZero(destination, count: first - start)
        if first < last {
          let inputX = columns.origin(first) + tapX * columns.dilation
          copyStrided(
            from: plane + inputY * columns.input + inputX, stride: columns.stride, to: destination + (first - start),
            count: last - first)
        }
        fillZero(destination + (last - start), count: end - last)
      } else {
        fillZero(destination, count: end - start)
      }
      pixel += end - start
    }
  }
}
