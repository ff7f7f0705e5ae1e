/// The channels from `lower` to before `upper`.
package struct Slice: Operator {
  package var lower = 0
  package var upper = 0

  package init() {}

  package static let name = "slice"
  package static let attributes: [Attribute<Self>] = [.integer("from", \.lower), .integer("to", \.upper)]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    let input = try expectMap(inputs)
    try expect(lower, in: 0...input.channels - 1, "from")
    try expect(upper, in: lower + 1...input.channels, "to")
    return inputs[0].withChannels(upper - lower)
  }

  package var returnsInputOfSameType: Bool { true }
}
