/// Slides each output channel's own window over the input channel it belongs to, row by row; a finished row gets its
/// bias and activation before the next one is begun.
///
/// With a channel multiplier m, output channel c reads input channel c / m.
func depthwiseConvolution(_ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, pool: ThreadPool) {
  let window = WindowSum(rows: geometry.rows, columns: geometry.columns)
  let taps = geometry.kernelHeight * geometry.kernelWidth
  let inputPlane = geometry.inputShape.planeCount
  let plane = geometry.outputShape.planeCount
  let width = geometry.outputWidth
  let multiplier = geometry.outputChannels / geometry.groups
  pool.forEachRange(geometry.outputChannels, atLeast: channelGrain(plane * taps)) { channels in
    for c in channels {
      for y in 0..<geometry.outputHeight {
        window.row(
          y, plane: operands.input + c / multiplier * inputPlane, weight: operands.weight + c * taps,
          output: operands.output + c * plane + y * width)
        operands.finish(channels: c..<c + 1, planeCount: plane, pixel: y * width, count: width)
      }
    }
  }
}
