/// One kind of node: its attributes, the type of its result and its cost.
///
/// The set is closed (`Op`), so the compiler lists every place that a new one has to be handled in.
///
/// An operator's file says its name, attributes and result type, and answers each further question only where its answer
/// is not the default below.
package protocol Operator: Attributed {
  /// The type of the result, or why there is none.
  func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType

  /// The tensors of weights that the operator reads, for inputs of these types.
  func parameters(_ inputs: [TensorType]) -> [ParameterUse]

  /// Multiply-accumulates of the convolutions in it for one image; `output` is the result's shape at that size.
  func multiplyAccumulates(_ inputs: [TensorType], output: [Int]) -> Int

  /// The operator with other parameter expressions; `replacement` gets each one's role and expression.
  func replacingParameters(_ replacement: (_ role: String, ParameterExpression) -> ParameterExpression) -> Op?

  /// What the result is, when it is an output of a plan.
  var resultMeaning: OutputContract.Meaning { get }

  /// Whether the result is the input itself, given that there is one input and the result has its type.
  var returnsInputOfSameType: Bool { get }

  /// Whether each element of the result is one of the first input's as it is, or zero. Such an operator keeps its input's
  /// element type.
  var movesElements: Bool { get }

  /// Whether the result is the first input enlarged by repeating elements, if its sides are whole multiples of the input's.
  var repeatsElements: Bool { get }

  /// Whether the operator works on feature maps in bf16: its kernel must read and write them as well as fp32.
  var worksInBF16: Bool { get }
}

extension Operator {
  package func replacingParameters(
    _ replacement: (_ role: String, ParameterExpression) -> ParameterExpression
  ) -> Op? { nil }
  package var resultMeaning: OutputContract.Meaning { .tensor }
  package var returnsInputOfSameType: Bool { false }
  package var movesElements: Bool { false }
  package var repeatsElements: Bool { false }
  package var worksInBF16: Bool { false }
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

  /// Checks the factor by which a smaller map is enlarged: a power of two, since kernels find its pixel by a shift.
  func expectScale(_ value: Int, upTo largest: Int, _ name: String) throws(TypeError) {
    try expect(value, in: 1...largest, name)
    guard value.nonzeroBitCount == 1 else { throw .attribute(name: name, value: value, allowed: 1...largest) }
  }
}

/// The product, or `Int.max` if it overflows: counts of work grow with sizes that users choose.
package func saturatingProduct(_ factors: Int...) -> Int {
  factors.reduce(1) { product, factor in
    let (result, overflow) = product.multipliedReportingOverflow(by: factor)
    return overflow ? Int.max : result
  }
}

/// The sum, or `Int.max` if it overflows.
package func saturatingSum(_ terms: some Sequence<Int>) -> Int {
  terms.reduce(0) { sum, term in
    let (result, overflow) = sum.addingReportingOverflow(term)
    return overflow ? Int.max : result
  }
}
