/// How large a tile of a GEMM one instruction set keeps in its registers: some rows (pixels) by one to three vectors of
/// columns (output channels).
package struct RegisterTile: Sendable, Hashable {
  /// The most rows of a tile of one vector.
  package let rowsOfOne: Int
  /// The most rows of a tile of two vectors; 0 if there is no such tile.
  package let rowsOfTwo: Int
  /// The most rows of a tile of three vectors; 0 if there is no such tile.
  package let rowsOfThree: Int
  /// The most rows of a tile by Winograd's inner product, which is one vector wide.
  package let innerProductRows: Int

  @inlinable @inline(__always)
  package init(rowsOfOne: Int, rowsOfTwo: Int = 0, rowsOfThree: Int = 0, innerProductRows: Int) {
    self.rowsOfOne = rowsOfOne
    self.rowsOfTwo = rowsOfTwo
    self.rowsOfThree = rowsOfThree
    self.innerProductRows = innerProductRows
  }

  /// The most rows of a tile of so many vectors.
  @inlinable @inline(__always)
  package func rows(ofVectors vectors: Int) -> Int {
    vectors == 1 ? rowsOfOne : vectors == 2 ? rowsOfTwo : rowsOfThree
  }

  /// The widest tile in vectors.
  package var vectors: Int { rowsOfThree > 0 ? 3 : rowsOfTwo > 0 ? 2 : 1 }

  /// The vectors of a GEMM's columns in groups that a tile takes at once, each of one width.
  ///
  /// Two vectors and many rows need the fewest bytes from the caches for each multiplication; where a vector would be
  /// left over, one group takes three.
  package func groups(ofVectors count: Int, byInnerProduct: Bool = false) -> ColumnGroups {
    guard vectors >= 3, count > 1, !byInnerProduct else { return ColumnGroups(count: count, width: 1, lastWidth: 1) }
    return ColumnGroups(count: count / 2, width: 2, lastWidth: count % 2 == 0 ? 2 : 3)
  }
}

/// The groups of vectors that the columns of a GEMM are divided into; a register tile takes one group at a time.
package struct ColumnGroups: Sendable, Hashable {
  package let count: Int
  /// The vectors of every group but the last.
  package let width: Int
  package let lastWidth: Int

  package init(count: Int, width: Int, lastWidth: Int) {
    self.count = count
    self.width = width
    self.lastWidth = lastWidth
  }

  @inline(__always)
  package func width(of group: Int) -> Int { group == count - 1 ? lastWidth : width }

  /// The first vector of a group.
  @inline(__always)
  package func start(of group: Int) -> Int { group * width }

  /// The vectors of neighbouring groups.
  package func vectors(of range: Range<Int>) -> Range<Int> {
    start(of: range.lowerBound)..<start(of: range.upperBound - 1) + width(of: range.upperBound - 1)
  }
}
