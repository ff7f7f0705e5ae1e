/// An axis-aligned rectangle given by two opposite corners, in pixels.
package struct CornerBox: Sendable, Equatable {
  /// The left edge.
  package var x1: Float
  /// The top edge.
  package var y1: Float
  /// The right edge.
  package var x2: Float
  /// The bottom edge.
  package var y2: Float

  /// Creates a box from its left, top, right and bottom edges.
  package init(x1: Float, y1: Float, x2: Float, y2: Float) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }
}
