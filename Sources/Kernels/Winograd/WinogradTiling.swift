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
  /// The tiles of the largest block.
  let capacity: Int
  /// The blocks of a vector of lanes that the input channels take.
  let depthBlocks: Int
  /// The groups of output channels that are multiplied for all points before any is turned into outputs.
  let chunkGroups: Int
  /// The bytes of one thread's transformed tiles and of its products.
  let transformedBytes: Int
  let productBytes: Int
  /// The bytes of the terms of Winograd's inner product for the tiles of one point.
  let termBytes: Int
  /// The tiles that are scaled at a time.
  let scaledTiles: Int
  /// The bytes of one thread.
  let slotBytes: Int
  let scratchBytes: Int

  /// The bytes of transformed tiles that the second-level cache holds besides products.
  private static let transformedBudget = 512 << 10
  /// The bytes of transformed tiles that the first-level cache holds.
  private static let scaledBudget = 24 << 10
  /// The bytes of products that it holds besides transformed tiles.
  private static let productBudget = 768 << 10
  /// The bytes of weights that the nearer caches can be filled with from the third-level cache again and again. More
  /// of them should meet many tiles at a time, and all products of these be made before any is turned into outputs: then
  /// tiles and products are read from far away less often than weights would be.
  private static let weightBudget = 8 << 20
  /// The bytes of transformed tiles then.
  private static let farBudget = 1 << 20

  init(
    _ tile: WinogradTile, _ layout: GEMMLayout, _ geometry: ConvolutionGeometry, groups: ColumnGroups,
    isPaired: Bool, threads: Int
  ) {
    self.tile = tile
    self.groups = groups
    tilesAcross = (geometry.outputWidth + tile.outputs - 1) / tile.outputs
    tileCount = tilesAcross * ((geometry.outputHeight + tile.outputs - 1) / tile.outputs)
    depthBlocks = layout.depths.count
    let isLarge = tile.points * layout.depth * layout.vectors * vectorBytes > Self.weightBudget
    let tileBytes = tile.points * vectorBytes * depthBlocks
    let wanted = max(isLarge ? 28 : 14, (isLarge ? Self.farBudget : Self.transformedBudget) / tileBytes)
    var blocks = (tileCount + wanted - 1) / wanted
    if blocks < 8 * threads { blocks = min(roundUp(blocks, to: threads), max(1, tileCount / 14)) }
    self.blocks = blocks
    parts = max(1, min(groups.count, (threads + blocks - 1) / blocks))
    capacity = (tileCount + blocks - 1) / blocks
    let affordable =
      isLarge ? groups.count : Self.productBudget / (tile.points * capacity * vectorBytes * groups.width)
    chunkGroups = max(1, min(affordable, (groups.count + parts - 1) / parts))
    let chunkVectors = chunkGroups * groups.width + groups.lastWidth - groups.width
    // A cache line more, so that the points do not meet in one set of the cache.
    transformedBytes = tile.points * (depthBlocks * capacity + 1) * vectorBytes
    productBytes = tile.points * (capacity * chunkVectors + 1) * vectorBytes
    termBytes = isPaired ? roundUp(2 * capacity * 4, to: vectorBytes) : 0
    scaledTiles = max(4, Self.scaledBudget / tileBytes / 4 * 4)
    slotBytes = transformedBytes + productBytes + tile.points * termBytes + tile.temporaryCount * 4
    scratchBytes = threads * slotBytes
  }
}
