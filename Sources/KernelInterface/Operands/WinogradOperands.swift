/// Winograd's minimal filtering of 3×3 windows: tiles of m × m outputs, each by as many products a channel as it has
/// inputs, instead of 9·m² (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, section 4.1).
package enum WinogradTile: Sendable, Hashable, CaseIterable {
  /// F(4×4, 3×3): 36 products instead of 144.
  case four
  /// F(6×6, 3×3): 64 products instead of 324.
  case six
  /// 2×2 outputs of a convolution with stride 2: 25 products instead of 36.
  ///
  /// Along each side an output is a filter of two taps over every other input, which F(2, 2) does, and one of one tap over
  /// those between.
  case stridedTwo
  /// 4×4 outputs of a convolution with stride 2, by F(4, 2): 81 products instead of 144.
  case stridedFour

  /// The outputs of a tile along each side.
  package var outputs: Int {
    switch self {
    case .stridedTwo: 2
    case .four, .stridedFour: 4
    case .six: 6
    }
  }

  /// The inputs from one output's window to the next's.
  package var stride: Int {
    switch self {
    case .four, .six: 1
    case .stridedTwo, .stridedFour: 2
    }
  }

  /// The inputs of a tile along each side.
  package var inputs: Int { (outputs - 1) * stride + 3 }
  /// The points at which polynomials are multiplied: one GEMM for each.
  package var points: Int { inputs * inputs }
  /// The floats that the transforms of a tile use besides operands: two tiles of vectors.
  package var temporaryCount: Int { 2 * points * laneCount }
}

/// Neighbouring tiles of a map; they are numbered row by row.
package struct TileSpan {
  package var tile: WinogradTile
  /// The tiles of a row of tiles.
  package var across: Int
  package var first: Int
  package var count: Int

  package init(tile: WinogradTile, across: Int, first: Int, count: Int) {
    self.tile = tile
    self.across = across
    self.first = first
    self.count = count
  }
}

/// Tiles of an input map to be transformed.
package struct WinogradInput {
  package var tiles: TileSpan
  /// In fp32, or the type of the panel. Of every thirty-two channels in bf16 the transform takes the even ones before the
  /// odd ones.
  package var input: FeatureMap
  package var padding: Int
  /// For each point a panel whose rows are the tiles.
  package var transformed: Panel
  /// The bytes from one point's panel to the next.
  package var pointStride: Int
  /// `WinogradTile.temporaryCount` floats.
  package var temporary: UnsafeMutablePointer<Float>

  package init(
    tiles: TileSpan, input: FeatureMap, padding: Int, transformed: Panel, pointStride: Int,
    temporary: UnsafeMutablePointer<Float>
  ) {
    self.tiles = tiles
    self.input = input
    self.padding = padding
    self.transformed = transformed
    self.pointStride = pointStride
    self.temporary = temporary
  }
}

/// Products of transformed tiles to be turned into outputs.
package struct WinogradOutput {
  package var tiles: TileSpan
  /// (point, tiles, columns rounded up to whole vectors).
  package var products: UnsafePointer<Float>
  /// The floats from one point, and from one tile, to the next.
  package var pointStride: Int
  package var tileStride: Int
  /// The vectors of columns to work on.
  package var vectors: Range<Int>
  /// The columns that exist; beyond them nothing is stored.
  package var columns: Int
  /// From the first pixel and column of the map on.
  package var output: OutputSpan
  package var height: Int
  package var epilogue: Epilogue
  /// `WinogradTile.temporaryCount` floats.
  package var temporary: UnsafeMutablePointer<Float>

  package init(
    tiles: TileSpan, products: UnsafePointer<Float>, pointStride: Int, tileStride: Int, vectors: Range<Int>,
    columns: Int, output: OutputSpan, height: Int, epilogue: Epilogue, temporary: UnsafeMutablePointer<Float>
  ) {
    self.tiles = tiles
    self.products = products
    self.pointStride = pointStride
    self.tileStride = tileStride
    self.vectors = vectors
    self.columns = columns
    self.output = output
    self.height = height
    self.epilogue = epilogue
    self.temporary = temporary
  }
}

/// Weights (columns, channels, 3, 3) to be transformed and packed for each point.
package struct WinogradWeights {
  package var tile: WinogradTile
  package var weight: UnsafePointer<Float>
  /// The channels of a column's weights.
  package var channels: Int
  /// For each element of the depth its channel, as `WeightPacking` has places.
  package var places: UnsafePointer<Int32>
  package var packed: PackedColumns
  /// The bytes from one point's packed weights to the next.
  package var pointStride: Int

  package init(
    tile: WinogradTile, weight: UnsafePointer<Float>, channels: Int, places: UnsafePointer<Int32>,
    packed: PackedColumns, pointStride: Int
  ) {
    self.tile = tile
    self.weight = weight
    self.channels = channels
    self.places = places
    self.packed = packed
    self.pointStride = pointStride
  }
}
