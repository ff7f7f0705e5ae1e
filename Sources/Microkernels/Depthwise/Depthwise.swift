import KernelInterface

/// Convolves one output row, each channel with its own window.
func depthwiseRow(_ row: DepthwiseRow) {
  run(DepthwisePixels(row: row), with: row.epilogue.activation)
}

private struct DepthwisePixels: ActivationLoop {
  let row: DepthwiseRow

  @inline(never)
  func run(_ activation: some LaneFunction) {
    let epilogue = row.epilogue
    let tapsY = row.rows.taps(at: row.y)
    let channels = row.input.channels
    let stride = (channels + laneCount - 1) / laneCount * laneCount
    for x in 0..<row.columns.output {
      let tapsX = row.columns.taps(at: x)
      let destination = row.output.start + x * row.output.stride
      let before = epilogue.before.map { $0.pixel(y: row.y, x: x) }
      let after = epilogue.after.map { $0.pixel(y: row.y, x: x) }
      var channel = 0
      while channel < channels {
        var value = Lanes()
        for tapY in tapsY {
          let y = row.rows.origin(row.y) + tapY * row.rows.dilation
          for tapX in tapsX {
            let inputX = row.columns.origin(x) + tapX * row.columns.dilation
            value = sum(
              value,
              load(row.input.start + ((y * row.columns.input + inputX) * row.input.stride + channel * FP32.byteCount)),
              times: load(row.weights + ((tapY * row.columns.kernel + tapX) * stride + channel)))
          }
        }
        if let bias = epilogue.bias { value += load(bias + channel) }
        if let before { value += load(before + channel * FP32.byteCount) }
        value = activation(value)
        if let after { value += load(after + channel * FP32.byteCount) }
        store(value, destination + channel * FP32.byteCount, first: channels - channel)
        channel += laneCount
      }
    }
  }
}
