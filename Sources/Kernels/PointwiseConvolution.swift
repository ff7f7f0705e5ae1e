/// Multiplies the (out, in) weights with the (in, pixels) input, tile by tile.
func pointwiseConvolution(_ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, pool: ThreadPool) {
  useCallingThreadForProducts()
  let depth = geometry.inputChannels
  let plane = geometry.outputShape.planeCount
  // A strip of the input and its products share half a megabyte of second-level cache.
  let preferredPixels = min(1024, max(128, 131_072 / (depth + geometry.outputChannels)))
  let tiling = ConvolutionTiling(
    channels: geometry.outputChannels, pixels: plane, preferredPixels: preferredPixels, threads: pool.threads)
  pool.forEach(tiling.tileCount) { tile in
    let channels = tiling.channelRange(tile)
    let pixels = tiling.pixelRange(tile)
    matrixProduct(
      rows: channels.count, columns: pixels.count, depth: depth,
      left: operands.weight + channels.lowerBound * depth, leftStride: depth,
      right: operands.input + pixels.lowerBound, rightStride: plane, accumulate: false,
      output: operands.output + channels.lowerBound * plane + pixels.lowerBound, outputStride: plane)
    operands.finish(channels: channels, planeCount: plane, pixel: pixels.lowerBound, count: pixels.count)
  }
}
