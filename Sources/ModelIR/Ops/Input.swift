/// The image: RGB, values from 0 to 1.
package struct Input: Operator {
  package var channels = 3

  package init() {}

  package static let name = "input"
  package static let attributes: [Attribute<Self>] = [.integer("channels", \.channels)]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    guard inputs.isEmpty else { throw .inputCount(expected: 0...0, found: inputs.count) }
    try expect(channels, in: 1...TensorType.maximumChannels, "channels")
    return TensorType(channels: channels, height: .input, width: .input)
  }
}
