import KernelInterface

/// Divides the tiles of a Winograd convolution into blocks for the threads to take.
struct WinogradTiling {
  let tile: WinogradTile
  let tilesAcross: Int
  let tileCount: Int
  /// The blocks of tiles, and the parts that the groups of output channels are divided into.
  let blocks: Int
  let parts: Int
  let groups: ColumnGroups
  /// Counts the tiles of the largest block.
  let capacity: Int
  /// The blocks of sixteen input channels, or thirty-two in bf16.
  let depthBlocks: Int
  /// The groups of output channels that are multiplied for all points before any is turned into outputs.
  let chunkGroups: Int
  /// Counts the floats of one thread's transformed tiles and of its products.
  let transformedCount: Int
  let productCount: Int
  /// Counts the floats that the tiles of one point are balanced with.
  let balanceCount: Int
  /// The tiles that are balanced at a time.
  let balancedTiles: Int
  /// Counts the floats of one thread.
  let slotCount: Int
  let scratchCount: Int

  /// The floats of transformed tiles that the second-level cache holds besides products.
  private static let transformedBudget = 128 << 10
  /// The floats of transformed tiles that the first-level cache holds.
  private static let balancedBudget = 6 << 10
  /// The floats of products that it holds besides transformed tiles.
  private static let productBudget = 192 << 10
  /// The floats of weights that the nearer caches can be filled with from the third-level cache again and again. More
  /// of them should meet many tiles at a time, and all products of these be made before any is turned into outputs: then
  /// tiles and products are read from far away less often than weights would be.
  private static let weightBudget = 2 << 20
  /// The floats of transformed tiles then.
  private static let farBudget = 256 << 10

  init(
    _ tile: WinogradTile, _ layout: GEMMLayout, _ geometry: ConvolutionGeometry, groups: ColumnGroups,
    isPaired: Bool, threads: Int
  ) {
    self.tile = tile
    self.groups = groups
    tilesAcross = (geometry.outputWidth + tile.outputs - 1) / tile.outputs
    tileCount = tilesAcross * ((geometry.outputHeight + tile.outputs - 1) / tile.outputs)
    depthBlocks = layout.depths.count
    let isLarge = tile.points * layout.depth * layout.vectors * 16 > Self.weightBudget
    let tileFloats = tile.points * 16 * depthBlocks
    let wanted = max(isLarge ? 28 : 14, (isLarge ? Self.farBudget : Self.transformedBudget) / tileFloats)
    var blocks = (tileCount + wanted - 1) / wanted
    if blocks < 8 * threads { blocks = min(roundUp(blocks, to: threads), max(1, tileCount / 14)) }
    self.blocks = blocks
    parts = max(1, min(groups.count, (threads + blocks - 1) / blocks))
    capacity = (tileCount + blocks - 1) / blocks
    let affordable =
      isLarge ? groups.count : Self.productBudget / (tile.points * capacity * 16 * groups.width)
    chunkGroups = max(1, min(affordable, (groups.count + parts - 1) / parts))
    let chunkVectors = chunkGroups * groups.width + groups.lastWidth - groups.width
    // A cache line more, so that the points do not meet in one set of the cache.
    transformedCount = tile.points * (depthBlocks * capacity * 16 + 16)
    productCount = tile.points * (capacity * chunkVectors * 16 + 16)
    balanceCount = isPaired ? roundUp(2 * capacity, to: 16) : 0
    balancedTiles = max(4, Self.balancedBudget / tileFloats / 4 * 4)
    slotCount = transformedCount + productCount + tile.points * balanceCount + tile.temporaryCount
    scratchCount = threads * slotCount
  }
}

/// For each group, block of tiles and part: transforms the tiles, multiplies them point by point with the part's weights,
/// and turns the products into outputs.
func runWinograd(
  _ tiling: WinogradTiling, _ layout: GEMMLayout, _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands,
  microkernels: Microkernels, productCode: ProductCode, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  let weights = operands.weights
  let output = operands.output
  let points = tiling.tile.points
  layout.depths.withUnsafeBufferPointer { depths in
    guard let depths = depths.baseAddress else { return }  // a convolution has an input channel
    pool.forEachWithSlot(layout.groups * tiling.blocks * tiling.parts) { item, slot in
      let (rest, part) = item.quotientAndRemainder(dividingBy: tiling.parts)
      let (group, block) = rest.quotientAndRemainder(dividingBy: tiling.blocks)
      let firstTile = block * tiling.tileCount / tiling.blocks
      let count = (block + 1) * tiling.tileCount / tiling.blocks - firstTile
      let transformed = scratch + slot * tiling.slotCount
      let products = transformed + tiling.transformedCount
      let balances = products + tiling.productCount
      let temporary = balances + points * tiling.balanceCount

      let blockStride = count * 16
      let transformedStride = tiling.depthBlocks * blockStride + 16
      // Tiles are balanced while they are in the first-level cache, so a few of them at a time.
      let step = weights.kernel.isPaired ? tiling.balancedTiles : count
      for first in stride(from: 0, to: count, by: step) {
        let tiles = min(step, count - first)
        layout.forEachSegment { segment in
          let input = operands.inputs[segment.input]
          productCode.transformInput(
            WinogradInput(
              tile: tiling.tile, source: UnsafePointer(input.floats + input.floatOffset( group * layout.groupInputs)),
              pixelStride: input.floatStride, precision: input.elementType, height: input.height, width: input.width,
              channels: segment.count,
              padding: geometry.verticalPadding, tilesAcross: tiling.tilesAcross, firstTile: firstTile + first,
              count: tiles, transformed: transformed + segment.block * blockStride + first * 16,
              pointStride: transformedStride, blockStride: blockStride, temporary: temporary))
        }
        guard weights.kernel.isPaired else { continue }
        for point in 0..<points {
          microkernels.balanceRows(
            RowBalance(
              panel: transformed + point * transformedStride + first * 16, blockStride: blockStride, rows: tiles,
              depths: depths, blocks: layout.depths.count, depth: layout.depth,
              result: balances + point * tiling.balanceCount + 2 * first))
        }
      }

      let epilogue = operands.epilogue(group: group)
      let lastGroup = (part + 1) * tiling.groups.count / tiling.parts
      var firstGroup = part * tiling.groups.count / tiling.parts
      while firstGroup < lastGroup {
        let groupCount = min(tiling.chunkGroups, lastGroup - firstGroup)
        let vectors = tiling.groups.vectors(of: firstGroup..<firstGroup + groupCount)
        let productStride = vectors.count * 16
        let pointStride = count * productStride + 16
        // Where column 0 would be.
        let firstProduct = products - vectors.lowerBound * 16
        for point in 0..<points {
          productCode.multiply(
            PanelProduct(
              panel: UnsafePointer(transformed + point * transformedStride), blockStride: blockStride, rows: count,
              depths: depths, blocks: layout.depths.count, depth: layout.depth,
              weights: UnsafePointer(weights.weights + (group * weights.groupCount + point * weights.pointCount)),
              groups: tiling.groups, firstGroup: firstGroup, groupCount: groupCount, columns: layout.vectors * 16,
              output: firstProduct + point * pointStride, outputStride: productStride,
              pairing: weights.pairing(group: group, point: point).map {
                Pairing(rows: balances + point * tiling.balanceCount, columns: $0)
              }))
        }
        productCode.transformOutput(
          WinogradOutput(
            tile: tiling.tile, products: UnsafePointer(firstProduct), pointStride: pointStride,
            tileStride: productStride, vectors: vectors, columns: layout.groupOutputs, tilesAcross: tiling.tilesAcross,
            firstTile: firstTile, count: count,
            output: output.floats + output.floatOffset( group * layout.groupOutputs),
            outputStride: output.floatStride, height: output.height, width: output.width, epilogue: epilogue,
            temporary: temporary))
        firstGroup += groupCount
      }
    }
  }
}
