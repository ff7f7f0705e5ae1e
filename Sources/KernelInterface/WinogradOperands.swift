import Elements

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
  /// The points at which polynomials are multiplied: one product of matrices for each.
  package var points: Int { inputs * inputs }
  /// The floats that the transforms of a tile use besides operands: two tiles of vectors.
  package var temporaryCount: Int { 2 * points * 16 }
}

/// Tiles of an input map to be transformed.
package struct WinogradInput {
  package var tile: WinogradTile
  /// The first channel of the map's first pixel.
  package var source: UnsafePointer<Float>
  package var pixelStride: Int
  /// What the map holds: single precision, or that of the factors. Of every thirty-two channels in bf16 the transform
  /// takes those with even numbers before the others.
  package var precision: ElementType
  package var height: Int
  package var width: Int
  package var channels: Int
  package var padding: Int
  /// The tiles of a row of tiles; tiles are numbered row by row.
  package var tilesAcross: Int
  package var firstTile: Int
  package var count: Int
  /// (point, channels / 16, tiles, 16); in bf16 as a panel has them, (point, channels / 32, tiles, 16).
  package var transformed: UnsafeMutablePointer<Float>
  package var pointStride: Int
  package var blockStride: Int
  /// `WinogradTile.temporaryCount` floats.
  package var temporary: UnsafeMutablePointer<Float>

  package init(
    tile: WinogradTile, source: UnsafePointer<Float>, pixelStride: Int, precision: ElementType, height: Int, width: Int,
    channels: Int, padding: Int, tilesAcross: Int, firstTile: Int, count: Int, transformed: UnsafeMutablePointer<Float>,
    pointStride: Int, blockStride: Int, temporary: UnsafeMutablePointer<Float>
  ) {
    self.tile = tile
    self.source = source
    self.pixelStride = pixelStride
    self.precision = precision
    self.height = height
    self.width = width
    self.channels = channels
    self.padding = padding
    self.tilesAcross = tilesAcross
    self.firstTile = firstTile
    self.count = count
    self.transformed = transformed
    self.pointStride = pointStride
    self.blockStride = blockStride
    self.temporary = temporary
  }
}

/// Products of transformed tiles to be turned into outputs.
package struct WinogradOutput {
  package var tile: WinogradTile
  /// (point, tiles, columns rounded up to 16).
  package var products: UnsafePointer<Float>
  package var pointStride: Int
  package var tileStride: Int
  /// The vectors of columns to do.
  package var vectors: Range<Int>
  /// The columns that exist; beyond them nothing is stored.
  package var columns: Int
  package var tilesAcross: Int
  package var firstTile: Int
  package var count: Int
  /// The first column of the first pixel.
  package var output: UnsafeMutablePointer<Float>
  package var outputStride: Int
  package var height: Int
  package var width: Int
  package var epilogue: Epilogue
  /// `WinogradTile.temporaryCount` floats.
  package var temporary: UnsafeMutablePointer<Float>

  package init(
    tile: WinogradTile, products: UnsafePointer<Float>, pointStride: Int, tileStride: Int, vectors: Range<Int>,
    columns: Int, tilesAcross: Int, firstTile: Int, count: Int, output: UnsafeMutablePointer<Float>,
    outputStride: Int, height: Int, width: Int, epilogue: Epilogue, temporary: UnsafeMutablePointer<Float>
  ) {
    self.tile = tile
    self.products = products
    self.pointStride = pointStride
    self.tileStride = tileStride
    self.vectors = vectors
    self.columns = columns
    self.tilesAcross = tilesAcross
    self.firstTile = firstTile
    self.count = count
    self.output = output
    self.outputStride = outputStride
    self.height = height
    self.width = width
    self.epilogue = epilogue
    self.temporary = temporary
  }
}

/// Weights (columns, channels, 3, 3) to be transformed and laid out as (point, group, depth, vectors of the group, 16).
package struct WinogradWeights {
  package var tile: WinogradTile
  package var weight: UnsafePointer<Float>
  /// The channels of a column's weights.
  package var channels: Int
  /// For each row of the packed weights its channel, as `WeightPacking` has places.
  package var places: UnsafePointer<Int32>
  package var depth: Int
  package var columns: Int
  package var groups: ColumnGroups
  package var packed: UnsafeMutablePointer<Float>
  package var pointStride: Int
  /// The groups to transform.
  package var range: Range<Int>

  package init(
    tile: WinogradTile, weight: UnsafePointer<Float>, channels: Int, places: UnsafePointer<Int32>, depth: Int,
    columns: Int, groups: ColumnGroups, packed: UnsafeMutablePointer<Float>, pointStride: Int, range: Range<Int>
  ) {
    self.tile = tile
    self.weight = weight
    self.channels = channels
    self.places = places
    self.depth = depth
    self.columns = columns
    self.groups = groups
    self.packed = packed
    self.pointStride = pointStride
    self.range = range
  }
}
