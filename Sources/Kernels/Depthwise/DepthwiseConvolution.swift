import KernelInterface

/// Convolves each channel with its own window, a row of outputs at a time.
func runDepthwise(
  _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, _ microkernels: MapMicrokernels, pool: ThreadPool
) {
  let (input, output) = (operands.inputs[0], operands.output)
  let epilogue = operands.epilogue(group: 0)
  let (rows, columns) = (geometry.rows, geometry.columns)
  let source = PixelSpan(input, count: input.shape.planeCount, channels: output.channels)
  pool.forEachRange(rows.output, atLeast: rowGrain(output.shape.width * output.channels * operands.weights.layout.taps))
  {
    for y in $0 {
      microkernels.depthwise(
        DepthwiseRow(
          input: source, rows: rows, columns: columns, y: y,
          weights: UnsafePointer(operands.weights.weights.assumingMemoryBound(to: Float.self)),
          output: OutputSpan(output, pixel: y * output.width), epilogue: epilogue))
    }
  }
}
