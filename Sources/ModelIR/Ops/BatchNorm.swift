/// Batch normalisation with the statistics of training: `out = (in − mean) / √(var + ε) · weight + bias`, per channel.
package struct BatchNorm: Operator {
  package var scope = ""
  package var epsilon = 0.001

  package init() {}

  package static let name = "batch_norm"
  package static let attributes: [Attribute<Self>] = [
    Attribute(
      name: "scope", text: { $0.scope },
      set: { owner, text in
        owner.scope = text
        return !text.isEmpty
      }),
    Attribute(
      name: "eps", text: { $0.epsilon == 0.001 ? nil : "\($0.epsilon)" },
      set: { owner, text in
        guard let value = Double(text), value.isFinite, value >= 0 else { return false }
        owner.epsilon = value
        return true
      }),
  ]

  package var normalization: Normalization { Normalization(scope: scope, epsilon: epsilon) }

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    _ = try expectMap(inputs)
    return inputs[0]
  }

  package func parameters(_ inputs: [TensorType]) -> [ParameterUse] {
    zip(["weight", "bias", "running_mean", "running_var"], normalization.tensorNames).map { role, name in
      ParameterUse(
        role, .stored(name), shape: [inputs[0].channels], kind: role.hasPrefix("running") ? .buffer : .parameter)
    }
  }
}
