import Elements

/// What a file of tensors says about one of them.
package struct TensorEntry: Hashable, Sendable {
  package let name: String
  package let type: ElementType
  /// The sizes of the dimensions, outermost first; empty for a single number.
  package let shape: [Int]
  /// Where the elements lie, in bytes from the start of the file.
  package let byteRange: Range<Int>

  /// The number of elements.
  package var count: Int { byteRange.count / type.byteCount }
}

/// The number of elements of a shape, or nil when a dimension is negative or the number does not fit 64 bits.
package func elementCount(ofShape shape: [Int]) -> Int? {
  var count = 1
  for dimension in shape {
    guard dimension >= 0 else { return nil }
    let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
    guard !overflows else { return nil }
    count = product
  }
  return count
}
