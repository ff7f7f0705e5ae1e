/// Decides the tiles, and the part of the input channels unfolded at a time, of an im2col convolution.
struct Im2colPlan {
  let tiling: ConvolutionTiling
  /// Counts the input channels of a group that are unfolded and multiplied at a time.
  let chunkChannels: Int
  /// Counts the floats of one thread's unfolded columns.
  let slotCount: Int
  let scratchCount: Int

  init(_ geometry: ConvolutionGeometry, threads: Int) {
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let groupChannels = geometry.inputChannels / geometry.groups
    // OpenBLAS goes through the depth in steps of about this size; equal chunks no deeper than that cost no extra
    // passes over the output and let the strips be wide, so that the weights are seldom packed.
    let chunks = (groupChannels * taps + 351) / 352
    chunkChannels = max(1, (groupChannels + chunks - 1) / chunks)
    let chunkDepth = chunkChannels * taps
    // The unfolded columns take half a megabyte, half a second-level cache.
    let preferredPixels = min(1024, max(128, 131_072 / chunkDepth))
    tiling = ConvolutionTiling(
      channels: geometry.outputChannels / geometry.groups, pixels: geometry.outputShape.planeCount,
      preferredPixels: preferredPixels, threads: threads)
    slotCount = roundUp(tiling.stripCapacity * chunkDepth, to: 16)
    scratchCount = threads * slotCount
  }
}

/// For each group and tile: for each chunk of input channels, unfolds the tile's pixels and adds the product with the
/// chunk's weights to the tile; then adds the bias and applies the activation.
func im2colConvolution(
  _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, scratch: UnsafeMutablePointer<Float>,
  pool: ThreadPool
) {
  useCallingThreadForProducts()
  let plan = Im2colPlan(geometry, threads: pool.threads)
  let columns = Im2colColumns(geometry)
  let taps = geometry.kernelHeight * geometry.kernelWidth
  let plane = geometry.outputShape.planeCount
  let inputPlane = geometry.inputShape.planeCount
  let groupInputs = geometry.inputChannels / geometry.groups
  let groupOutputs = geometry.outputChannels / geometry.groups
  let tiles = plan.tiling.tileCount
  pool.forEachWithSlot(geometry.groups * tiles) { item, slot in
    let group = item / tiles
    let pixels = plan.tiling.pixelRange(item % tiles)
    let block = plan.tiling.channelRange(item % tiles)
    let channels = group * groupOutputs + block.lowerBound..<group * groupOutputs + block.upperBound
    let unfolded = scratch + slot * plan.slotCount
    for chunk in stride(from: 0, to: groupInputs, by: plan.chunkChannels) {
      let chunkChannels = min(plan.chunkChannels, groupInputs - chunk)
      columns.unfold(
        operands.input + (group * groupInputs + chunk) * inputPlane, channels: chunkChannels, pixels: pixels,
        to: unfolded)
      matrixProduct(
        rows: channels.count, columns: pixels.count, depth: chunkChannels * taps,
        left: operands.weight + channels.lowerBound * geometry.depth + chunk * taps, leftStride: geometry.depth,
        right: unfolded, rightStride: pixels.count, accumulate: chunk > 0,
        output: operands.output + channels.lowerBound * plane + pixels.lowerBound, outputStride: plane)
    }
    operands.finish(channels: channels, planeCount: plane, pixel: pixels.lowerBound, count: pixels.count)
  }
}
