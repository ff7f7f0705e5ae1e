/// What one kind of node is: its attributes, the type of its result and what it costs.
///
/// The set is closed (`Op`), so the compiler lists every place that a new one has to be handled in.
package protocol Operator: Sendable, Hashable {
  /// The operator's name in text.
  static var name: String { get }

  /// An operator whose attributes are still to be set, for reading text.
  init()

  /// The attributes in the order in which they are printed.
  static var attributes: [Attribute<Self>] { get }

  /// The type of the result, or why there is none.
  func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType

  /// The tensors of weights that the operator reads, for inputs of these types.
  func parameters(_ inputs: [TensorType]) -> [ParameterUse]

  /// Multiply-accumulates of the convolutions in it for one image; `output` is the result's shape at that size.
  func multiplyAccumulates(_ inputs: [TensorType], output: [Int]) -> Int
}

extension Operator {
  package func parameters(_ inputs: [TensorType]) -> [ParameterUse] { [] }
  package func multiplyAccumulates(_ inputs: [TensorType], output: [Int]) -> Int { 0 }

  /// Checks the number of inputs and that each is a feature map.
  func expectMaps(_ inputs: [TensorType], count: ClosedRange<Int>) throws(TypeError) {
    guard count.contains(inputs.count) else { throw .inputCount(expected: count, found: inputs.count) }
    for (index, input) in inputs.enumerated() where input.extents == nil { throw .notAMap(input: index) }
  }

  /// The one input, a feature map.
  func expectMap(_ inputs: [TensorType]) throws(TypeError) -> (channels: Int, height: Extent, width: Extent) {
    try expectMaps(inputs, count: 1...1)
    guard let extents = inputs[0].extents else { throw .notAMap(input: 0) }
    return (inputs[0].channels, extents.height, extents.width)
  }

  func expect(_ value: Int, in allowed: ClosedRange<Int>, _ name: String) throws(TypeError) {
    guard allowed.contains(value) else { throw .attribute(name: name, value: value, allowed: allowed) }
  }

  /// For the rows and columns that one of a smaller map's is for: a power of two, as kernels find its pixel by a shift.
  func expectScale(_ value: Int, upTo largest: Int, _ name: String) throws(TypeError) {
    try expect(value, in: 1...largest, name)
    guard value.nonzeroBitCount == 1 else { throw .attribute(name: name, value: value, allowed: 1...largest) }
  }
}

/// The product, or the largest number when it does not fit: counts of work grow with sizes that people choose.
package func saturatingProduct(_ factors: Int...) -> Int {
  factors.reduce(1) { product, factor in
    let (result, overflow) = product.multipliedReportingOverflow(by: factor)
    return overflow ? Int.max : result
  }
}

/// The sum, or the largest number when it does not fit.
package func saturatingSum(_ terms: some Sequence<Int>) -> Int {
  terms.reduce(0) { sum, term in
    let (result, overflow) = sum.addingReportingOverflow(term)
    return overflow ? Int.max : result
  }
}
