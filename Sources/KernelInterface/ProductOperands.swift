import Elements

/// Pixels to be copied into a panel.
package struct PixelRun {
  /// The first channel of the first pixel.
  package var source: UnsafePointer<Float>
  /// The floats from one pixel to the next.
  package var pixelStep: Int
  package var count: Int
  /// The numbers to copy of each pixel; whole vectors are read.
  package var channels: Int
  /// What the pixels hold, as their map does: single precision, or the panel's own.
  package var precision: ElementType

  package init(
    source: UnsafePointer<Float>, pixelStep: Int, count: Int, channels: Int, precision: ElementType = .fp32
  ) {
    self.source = source
    self.pixelStep = pixelStep
    self.count = count
    self.channels = channels
    self.precision = precision
  }
}

/// The left operand of a matrix product: (depth / 16, rows, 16), so that the rows that a tile multiplies at one depth lie
/// a fixed distance apart.
///
/// In bf16 two neighbours of a row lie together in the place of a float, the first in its lower half; depths count such
/// places, and behind an odd number lies a zero.
package struct Panel {
  /// The place of the first row to be written.
  package var start: UnsafeMutablePointer<Float>
  /// The floats from one block of depth to the next: 16 for each row of the whole panel.
  package var blockStride: Int

  package init(start: UnsafeMutablePointer<Float>, blockStride: Int) {
    self.start = start
    self.blockStride = blockStride
  }
}

/// What happens to sums before they are stored: `after + activation(sum + bias + before)`.
package struct Epilogue {
  /// A multiple of 16 floats, zeros beyond the channels; nothing for no bias.
  package var bias: UnsafePointer<Float>?
  package var activation: ActivationFunction
  /// Added to the activated value, at the place of the output.
  package var after: Addend?
  /// Added before the activation.
  package var before: Addend?
  /// Whether the output had better not pass through the caches. Then its first column, and so that of every group of
  /// channels, starts a cache line, all columns are whole vectors, and the pixels are whole lines; sums that are stored as
  /// they are, and depthwise ones, are written as ever; so are, of outputs in bf16, tiles and sums to which a map is added.
  package var streams: Bool
  /// What the output holds, as its map does: single precision, or that of the factors.
  package var precision: ElementType

  package init(
    bias: UnsafePointer<Float>? = nil, activation: ActivationFunction = .identity, before: Addend? = nil,
    after: Addend? = nil, streams: Bool = false, precision: ElementType = .fp32
  ) {
    self.streams = streams
    self.precision = precision
    self.bias = bias
    self.activation = activation
    self.before = before
    self.after = after
  }
}

/// A map that is added to an output.
package struct Addend {
  /// The first channel of the first pixel.
  package var start: UnsafePointer<Float>
  package var pixelStride: Int
  package var rowStride: Int
  /// The binary logarithm of how many output rows and columns each of its rows and columns is for.
  package var shift: Int
  /// What the map holds: single precision, or that of the factors.
  package var precision: ElementType

  package init(
    start: UnsafePointer<Float>, pixelStride: Int, rowStride: Int, shift: Int, precision: ElementType = .fp32
  ) {
    self.precision = precision
    self.start = start
    self.pixelStride = pixelStride
    self.rowStride = rowStride
    self.shift = shift
  }
}

/// A product of a panel with packed weights: output[row][column] = Σ panel[row][d] · weights[d][column].
package struct PanelProduct {
  package var panel: UnsafePointer<Float>
  package var blockStride: Int
  package var rows: Int
  /// For each block, how much of its depth of 16 is used.
  package var depths: UnsafePointer<UInt8>
  package var blocks: Int
  /// The sum of the depths.
  package var depth: Int
  /// (group, depth, vectors of the group, 16).
  package var weights: UnsafePointer<Float>
  package var groups: ColumnGroups
  package var firstGroup: Int
  package var groupCount: Int
  /// The columns that exist; beyond them nothing is stored.
  package var columns: Int
  /// The first column of the first row.
  package var output: UnsafeMutablePointer<Float>
  package var outputStride: Int
  /// The number of the first row among the pixels of the output map, and the map's width: for addends.
  package var firstPixel: Int
  package var width: Int
  package var epilogue: Epilogue
  /// For weights and rows that were balanced, to be multiplied in pairs; then groups are one vector wide.
  package var pairing: Pairing?
  /// The pixels that will be the next panel: they are brought nearer meanwhile, a few lines with each tile.
  package var next: PixelRun?

  package init(
    panel: UnsafePointer<Float>, blockStride: Int, rows: Int, depths: UnsafePointer<UInt8>, blocks: Int, depth: Int,
    weights: UnsafePointer<Float>, groups: ColumnGroups, firstGroup: Int, groupCount: Int, columns: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, firstPixel: Int = 0, width: Int = 1,
    epilogue: Epilogue = Epilogue(), pairing: Pairing? = nil, next: PixelRun? = nil
  ) {
    self.panel = panel
    self.blockStride = blockStride
    self.rows = rows
    self.depths = depths
    self.blocks = blocks
    self.depth = depth
    self.weights = weights
    self.groups = groups
    self.firstGroup = firstGroup
    self.groupCount = groupCount
    self.columns = columns
    self.output = output
    self.outputStride = outputStride
    self.firstPixel = firstPixel
    self.width = width
    self.epilogue = epilogue
    self.pairing = pairing
    self.next = next
  }
}

/// What turns sums of pairs into sums of products: `(sum − column correction − row correction) · column scale · row
/// scale`.
package struct Pairing {
  /// (rows, 2): the correction and the scale of each row.
  package var rows: UnsafePointer<Float>
  /// (vectors, 2, 16): the corrections and the scales of each vector of columns.
  package var columns: UnsafePointer<Float>

  package init(rows: UnsafePointer<Float>, columns: UnsafePointer<Float>) {
    self.rows = rows
    self.columns = columns
  }
}

/// The rows of a panel to be scaled for a product by pairs, in place.
package struct RowBalance {
  package var panel: UnsafeMutablePointer<Float>
  package var blockStride: Int
  package var rows: Int
  package var depths: UnsafePointer<UInt8>
  package var blocks: Int
  /// The sum of the depths.
  package var depth: Int
  /// (rows, 2), as `Pairing` has them.
  package var result: UnsafeMutablePointer<Float>

  package init(
    panel: UnsafeMutablePointer<Float>, blockStride: Int, rows: Int, depths: UnsafePointer<UInt8>, blocks: Int,
    depth: Int, result: UnsafeMutablePointer<Float>
  ) {
    self.panel = panel
    self.blockStride = blockStride
    self.rows = rows
    self.depths = depths
    self.blocks = blocks
    self.depth = depth
    self.result = result
  }
}

/// The packed weights of one vector of columns to be scaled for a product by pairs, in place.
package struct ColumnBalance {
  /// (depth, 16).
  package var weights: UnsafeMutablePointer<Float>
  package var depths: UnsafePointer<UInt8>
  package var blocks: Int
  package var depth: Int
  /// (2, 16), as `Pairing` has them.
  package var result: UnsafeMutablePointer<Float>

  package init(
    weights: UnsafeMutablePointer<Float>, depths: UnsafePointer<UInt8>, blocks: Int, depth: Int,
    result: UnsafeMutablePointer<Float>
  ) {
    self.weights = weights
    self.depths = depths
    self.blocks = blocks
    self.depth = depth
    self.result = result
  }
}

/// Weights (columns, depth) to be laid out for a product, as (group, depth, vectors of the group, 16).
package struct WeightPacking {
  package var weight: UnsafePointer<Float>
  /// The floats from one column's weights to the next column's.
  package var columnStride: Int
  /// For each row of the packed weights, the place of its weight among a column's; in bf16 for both weights of a row, of
  /// which the second may be −1 for a zero.
  package var places: UnsafePointer<Int32>
  package var depth: Int
  package var columns: Int
  package var groups: ColumnGroups
  package var packed: UnsafeMutablePointer<Float>
  /// The groups to pack.
  package var range: Range<Int>

  package init(
    weight: UnsafePointer<Float>, columnStride: Int, places: UnsafePointer<Int32>, depth: Int, columns: Int,
    groups: ColumnGroups, packed: UnsafeMutablePointer<Float>, range: Range<Int>
  ) {
    self.weight = weight
    self.columnStride = columnStride
    self.places = places
    self.depth = depth
    self.columns = columns
    self.groups = groups
    self.packed = packed
    self.range = range
  }
}
