import Elements

/// The left operand of a GEMM, a packed panel of pixels: (blocks of depth, rows, lanes), so that the rows that a register
/// tile multiplies at one depth lie a fixed distance apart.
///
/// In bf16 a lane holds two neighbours of a row, the first in its lower half, and depths count lanes; an odd number of
/// neighbours is followed by a zero.
package struct Panel {
  /// The first row of the first block.
  package var start: UnsafeMutableRawPointer
  /// The bytes from one block of depth to the next: a vector for each row of the whole panel.
  package var blockStride: Int
  package var elementType: ElementType

  package init(start: UnsafeMutableRawPointer, blockStride: Int, elementType: ElementType) {
    self.start = start
    self.blockStride = blockStride
    self.elementType = elementType
  }
}

/// The depth of a GEMM in blocks of one vector, of which the last of an input may be used in part.
package struct DepthBlocks {
  /// For each block, how many of its lanes are used.
  package var used: UnsafePointer<UInt8>
  package var count: Int
  /// The sum of the used lanes.
  package var depth: Int

  package init(used: UnsafePointer<UInt8>, count: Int, depth: Int) {
    self.used = used
    self.count = count
    self.depth = depth
  }
}

/// The right operand of a GEMM, packed weights: (group of columns, depth, vectors of the group, lanes).
package struct PackedColumns {
  package var start: UnsafeMutableRawPointer
  /// In lanes, as `DepthBlocks` counts it.
  package var depth: Int
  /// The columns that exist; beyond them nothing is stored.
  package var columns: Int
  package var groups: ColumnGroups
  /// The groups to work on.
  package var range: Range<Int>

  package init(start: UnsafeMutableRawPointer, depth: Int, columns: Int, groups: ColumnGroups, range: Range<Int>) {
    self.start = start
    self.depth = depth
    self.columns = columns
    self.groups = groups
    self.range = range
  }
}

/// Weights (columns, depth) to be packed.
package struct WeightPacking {
  package var weight: UnsafePointer<Float>
  /// The elements from one column's weights to the next column's.
  package var columnStride: Int
  /// For each element of the depth, the place of its weight among a column's; in bf16 there are two to a lane, of which
  /// the second may be −1 for a zero.
  package var places: UnsafePointer<Int32>
  package var packed: PackedColumns

  package init(
    weight: UnsafePointer<Float>, columnStride: Int, places: UnsafePointer<Int32>, packed: PackedColumns
  ) {
    self.weight = weight
    self.columnStride = columnStride
    self.places = places
    self.packed = packed
  }
}
