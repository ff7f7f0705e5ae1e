/// An activation function, element by element.
package struct Activate: Operator {
  package var activation = Activation.identity

  package init() {}

  package init(_ activation: Activation) {
    self.activation = activation
  }

  package static let name = "activation"
  package static let attributes: [Attribute<Self>] = [.activation("act", \.activation)]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    _ = try expectMap(inputs)
    return inputs[0]
  }

  package var returnsInputOfSameType: Bool { activation == .identity }
  package var worksInBF16: Bool { true }
}
