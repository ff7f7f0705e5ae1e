/// Numbers with a shape, held in memory in row-major order.
package struct Tensor: Hashable, Sendable {
  /// The sizes of the dimensions, outermost first; empty for a single number.
  package let shape: [Int]
  /// The elements; the last dimension varies quickest.
  package let values: [Float]

  /// - Precondition: the number of values is the product of the shape.
  package init(shape: [Int], values: [Float]) {
    precondition(elementCount(ofShape: shape) == values.count, "a tensor's shape and number of values differ")
    self.shape = shape
    self.values = values
  }
}
