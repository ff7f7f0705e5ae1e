/// The input itself.
package struct Identity: Operator {
  package init() {}

  package static let name = "identity"
  package static let attributes: [Attribute<Self>] = []

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    guard inputs.count == 1 else { throw .inputCount(expected: 1...1, found: inputs.count) }
    return inputs[0]
  }

  package var returnsInputOfSameType: Bool { true }
  package var movesElements: Bool { true }
  package var worksInBF16: Bool { true }
}
