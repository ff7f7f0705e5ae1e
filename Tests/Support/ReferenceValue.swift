/// A tensor in double precision, row-major.
package struct ReferenceValue: Sendable {
  /// (channels, height, width) for a map, (channels, anchors) for predictions.
  package let shape: [Int]
  package var values: [Double]

  package init(shape: [Int], values: [Double]) {
    precondition(shape.reduce(1, *) == values.count, "A reference value's shape and number of values differ.")
    self.shape = shape
    self.values = values
  }

  package init(shape: [Int], repeating value: Double = 0) {
    self.init(shape: shape, values: Array(repeating: value, count: shape.reduce(1, *)))
  }

  /// The elements of one channel.
  package var plane: Int { shape.dropFirst().reduce(1, *) }

  /// The largest magnitude, to which rounding errors are relative.
  package var scale: Double { values.reduce(0) { max($0, abs($1)) } }

  subscript(channel: Int, row: Int, column: Int) -> Double {
    get { values[(channel * shape[1] + row) * shape[2] + column] }
    set { values[(channel * shape[1] + row) * shape[2] + column] = newValue }
  }

  /// A map whose every element is computed from its position.
  init(shape: [Int], _ element: (_ channel: Int, _ row: Int, _ column: Int) -> Double) {
    var values: [Double] = []
    values.reserveCapacity(shape.reduce(1, *))
    for channel in 0..<shape[0] {
      for row in 0..<shape[1] {
        for column in 0..<shape[2] { values.append(element(channel, row, column)) }
      }
    }
    self.init(shape: shape, values: values)
  }
}
