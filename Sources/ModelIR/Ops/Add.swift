/// The sum of maps of one type.
package struct Add: Operator {
  package init() {}

  package static let name = "add"
  package static let attributes: [Attribute<Self>] = []

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    try expectMaps(inputs, count: 1...Concat.maximumInputs)
    for (index, input) in inputs.enumerated().dropFirst() {
      guard input.layout == inputs[0].layout else {
        throw .extents(input: index, expected: inputs[0], found: input)
      }
      guard input.channels == inputs[0].channels else {
        throw .channels(input: index, expected: inputs[0].channels, found: input.channels)
      }
    }
    return inputs[0]
  }
}
