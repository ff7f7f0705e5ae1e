import KernelInterface

/// For each group, block of tiles and part: transforms the tiles, multiplies them point by point with the part's weights,
/// and turns the products into outputs.
func runWinograd(
  _ tiling: WinogradTiling, _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, _ build: MicrokernelBuild,
  scratch: UnsafeMutableRawPointer, pool: ThreadPool
) {
  let layout = operands.weights.layout
  layout.withDepths { depths in
    pool.forEachWithSlot(layout.groups * tiling.blocks * tiling.parts) { item, slot in
      let (rest, part) = item.quotientAndRemainder(dividingBy: tiling.parts)
      let (group, block) = rest.quotientAndRemainder(dividingBy: tiling.blocks)
      let first = block * tiling.tileCount / tiling.blocks
      let work = WinogradBlock(
        tiling: tiling, geometry: geometry, operands: operands, build: build, group: group,
        tiles: TileSpan(
          tile: tiling.tile, across: tiling.tilesAcross, first: first,
          count: (block + 1) * tiling.tileCount / tiling.blocks - first),
        scratch: scratch + slot * tiling.slotBytes)
      work.transformInputs(depths)
      let lastGroup = (part + 1) * tiling.groups.count / tiling.parts
      var firstGroup = part * tiling.groups.count / tiling.parts
      while firstGroup < lastGroup {
        let groups = firstGroup..<min(firstGroup + tiling.chunkGroups, lastGroup)
        work.multiply(groups, depths)
        work.transformOutputs(groups)
        firstGroup = groups.upperBound
      }
    }
  }
}

/// A block of tiles in one thread's scratch memory: transformed tiles, products, terms of Winograd's inner product, and
/// what a transform needs.
private struct WinogradBlock {
  let tiling: WinogradTiling
  let geometry: ConvolutionGeometry
  let operands: ConvolutionOperands
  let build: MicrokernelBuild
  let group: Int
  let tiles: TileSpan
  let scratch: UnsafeMutableRawPointer

  private var weights: PackedWeights { operands.weights }
  private var layout: GEMMLayout { weights.layout }
  private var points: Int { tiling.tile.points }
  private var products: UnsafeMutableRawPointer { scratch + tiling.transformedBytes }
  private var temporary: UnsafeMutablePointer<Float> {
    (products + (tiling.productBytes + points * tiling.termBytes)).assumingMemoryBound(to: Float.self)
  }

  private func rowTerms(_ point: Int) -> UnsafeMutablePointer<Float> {
    (products + (tiling.productBytes + point * tiling.termBytes)).assumingMemoryBound(to: Float.self)
  }

  private var blockStride: Int { tiles.count * vectorBytes }
  /// A cache line more, so that the points do not fall into one set of the cache.
  private var transformedStride: Int { tiling.depthBlocks * blockStride + vectorBytes }

  private func panel(_ point: Int, from tile: Int = 0, block: Int = 0) -> Panel {
    Panel(
      start: scratch + (point * transformedStride + block * blockStride + tile * vectorBytes), blockStride: blockStride,
      elementType: weights.kernel.elementType)
  }

  /// Transforms the tiles of every input, and scales them for Winograd's inner product.
  func transformInputs(_ depths: DepthBlocks) {
    // Tiles are scaled while they are in the first-level cache, so a few of them at a time.
    let step = weights.kernel.isPaired ? tiling.scaledTiles : tiles.count
    for first in stride(from: 0, to: tiles.count, by: step) {
      var part = tiles
      part.first += first
      part.count = min(step, tiles.count - first)
      layout.forEachSegment { segment in
        let channel = group * layout.groupInputs
        build.winograd.transformInput(
          WinogradInput(
            tiles: part, input: operands.inputs[segment.input].channels(channel..<channel + segment.count),
            padding: geometry.verticalPadding, transformed: panel(0, from: first, block: segment.block),
            pointStride: transformedStride, temporary: temporary))
      }
      guard weights.kernel.isPaired else { continue }
      for point in 0..<points {
        build.gemm.scaleRows(
          RowScaling(
            panel: panel(point, from: first), rows: part.count, depths: depths, result: rowTerms(point) + 2 * first))
      }
    }
  }

  /// The bytes from one tile's products to the next.
  private func tileStride(_ vectors: Range<Int>) -> Int { vectors.count * vectorBytes }
  private func pointStride(_ vectors: Range<Int>) -> Int { tiles.count * tileStride(vectors) + vectorBytes }
  /// Where column 0 would be.
  private func firstProduct(_ vectors: Range<Int>) -> UnsafeMutableRawPointer {
    products - vectors.lowerBound * vectorBytes
  }

  /// One GEMM for each point.
  func multiply(_ groups: Range<Int>, _ depths: DepthBlocks) {
    let vectors = tiling.groups.vectors(of: groups)
    for point in 0..<points {
      build.gemm.multiply(
        GEMMOperands(
          panel: panel(point), rows: tiles.count, depths: depths,
          weights: PackedColumns(
            start: weights.start(group: group, point: point), depth: layout.depth, columns: layout.vectors * laneCount,
            groups: tiling.groups, range: groups),
          output: OutputSpan(
            start: firstProduct(vectors) + point * pointStride(vectors), stride: tileStride(vectors)),
          innerProduct: weights.terms(group: group, point: point).map {
            InnerProductTerms(rows: rowTerms(point), columns: $0)
          }))
    }
  }

  func transformOutputs(_ groups: Range<Int>) {
    let vectors = tiling.groups.vectors(of: groups)
    build.winograd.transformOutput(
      WinogradOutput(
        tiles: tiles, products: UnsafePointer(firstProduct(vectors).assumingMemoryBound(to: Float.self)),
        pointStride: pointStride(vectors) / laneBytes, tileStride: tileStride(vectors) / laneBytes, vectors: vectors,
        columns: layout.groupOutputs, output: operands.output(group: group), height: operands.output.height,
        epilogue: operands.epilogue(group: group), temporary: temporary))
  }
}
