import KernelInterface

/// Divides the (pixels × channels) GEMM of a convolution into pieces for the threads to take.
///
/// Strips of pixels come first: each reads its own part of the input. Only when there are too few strips for the threads,
/// as on the smallest maps, are the output channels divided as well.
struct GEMMTiling {
  let strips: Int
  /// The parts that the groups of output channels are divided into.
  let parts: Int
  let groups: ColumnGroups
  /// The pixels of the longest strip.
  let capacity: Int
  /// The bytes of one thread's panel, and of the terms of Winograd's inner product for its rows.
  let panelBytes: Int
  let termBytes: Int
  /// The rows that are scaled at a time.
  let scaledRows: Int
  let scratchBytes: Int

  /// The bytes of a panel that leave room for weights in a second-level cache of one or two megabytes.
  private static let panelBudget = 576 << 10
  /// The bytes of rows that the first-level cache holds.
  private static let scaledBudget = 20 << 10

  init(
    _ layout: GEMMLayout, pixels: Int, groups: ColumnGroups, registerTile: RegisterTile, isPaired: Bool, threads: Int
  ) {
    self.groups = groups
    let rows = isPaired ? registerTile.innerProductRows : registerTile.rows(ofVectors: min(2, registerTile.vectors))
    let rowBytes = layout.depths.count * vectorBytes
    let affordable = Self.panelBudget / rowBytes / rows * rows
    let longest = max(2 * rows, min(12 * rows, affordable))
    var strips = (pixels + longest - 1) / longest
    if strips < 8 * threads { strips = min(roundUp(strips, to: threads), max(1, pixels / rows)) }
    self.strips = strips
    parts = max(1, min(groups.count, (threads + strips - 1) / strips))
    capacity = (pixels + strips - 1) / strips
    panelBytes = capacity * rowBytes
    scaledRows = max(16, Self.scaledBudget / rowBytes / 4 * 4)
    termBytes = isPaired ? roundUp(2 * capacity * 4, to: vectorBytes) : 0
    scratchBytes = threads * (panelBytes + termBytes)
  }

  /// The pixels of a strip.
  func pixels(ofStrip strip: Int, of count: Int) -> Range<Int> {
    strip * count / strips..<(strip + 1) * count / strips
  }
}
