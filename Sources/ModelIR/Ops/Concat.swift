/// The concatenation along the channels of maps of one height and width.
package struct Concat: Operator {
  package init() {}

  package static let name = "concat"
  package static let attributes: [Attribute<Self>] = []

  /// More inputs than any network has; a bound for hostile plans.
  static let maximumInputs = 4096

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    try expectMaps(inputs, count: 1...Self.maximumInputs)
    for (index, input) in inputs.enumerated().dropFirst() where input.layout != inputs[0].layout {
      throw .extents(input: index, expected: inputs[0], found: input)
    }
    let channels = saturatingSum(inputs.map(\.channels))
    guard channels <= TensorType.maximumChannels else { throw .tooLarge }
    return inputs[0].withChannels(channels)
  }

  package var returnsInputOfSameType: Bool { true }
}
