/// How large a tile of a matrix product one instruction set keeps in its registers, and how weights are laid out for it.
///
/// A tile is some rows (pixels) by one to three vectors of sixteen columns (output channels).
package struct TileLimits: Sendable, Hashable {
  /// The most rows of a tile by its vectors: index 0 is unused.
  package let rows: [Int]
  /// The most rows of a tile of pairs, which is one vector wide.
  package let pairedRows: Int

  /// - Parameters:
  ///   - one: the most rows of a tile of one vector
  ///   - two: of two vectors, where there is such a tile
  ///   - three: of three vectors
  ///   - paired: of a tile of pairs
  ///
  /// Not inlined: the builds of the inner loops must not make the array, whose type they would share.
  @inline(never)
  package init(rowsOfOne one: Int, ofTwo two: Int? = nil, ofThree three: Int? = nil, paired: Int) {
    pairedRows = paired
    rows = [0] + [one, two, three].compactMap(\.self)
  }

  /// The widest tile in vectors.
  package var vectors: Int { rows.count - 1 }

  /// The vectors of a product's columns in groups that a tile takes at once, each of one width.
  ///
  /// Two vectors and many rows need the fewest bytes from the caches for each multiplication; where a vector would be
  /// left over, one group takes three.
  package func groups(ofVectors count: Int, paired: Bool = false) -> ColumnGroups {
    guard vectors >= 3, count > 1, !paired else { return ColumnGroups(count: count, width: 1, lastWidth: 1) }
    return ColumnGroups(count: count / 2, width: 2, lastWidth: count % 2 == 0 ? 2 : 3)
  }
}

/// The groups of a product's columns.
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
