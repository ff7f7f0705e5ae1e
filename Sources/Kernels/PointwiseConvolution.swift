/// Multiplies each group's (out, in) weights with its (in, pixels) part of the input, tile by tile.
func pointwiseConvolution(_ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, pool: ThreadPool) {
  useCallingThreadForProducts()
  let depth = geometry.depth
  let groupOutputs = geometry.outputChannels / geometry.groups
  let plane = geometry.outputShape.planeCount
  // A strip of the input and its products share half a megabyte of second-level cache.
  let preferredPixels = min(1024, max(128, 131_072 / (depth + groupOutputs)))
  let tiling = ConvolutionTiling(
    channels: groupOutputs, pixels: plane, preferredPixels: preferredPixels, threads: pool.threads)
  let tiles = tiling.tileCount
  pool.forEach(geometry.groups * tiles) { item in
    let group = item / tiles
    let block = tiling.channelRange(item % tiles)
    let channels = group * groupOutputs + block.lowerBound..<group * groupOutputs + block.upperBound
    let pixels = tiling.pixelRange(item % tiles)
    matrixProduct(
      rows: channels.count, columns: pixels.count, depth: depth,
      left: operands.weight + channels.lowerBound * depth, leftStride: depth,
      right: operands.input + group * depth * plane + pixels.lowerBound, rightStride: plane, accumulate: false,
      output: operands.output + channels.lowerBound * plane + pixels.lowerBound, outputStride: plane)
    operands.finish(channels: channels, planeCount: plane, pixel: pixels.lowerBound, count: pixels.count)
  }
}
