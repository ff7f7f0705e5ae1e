import ModelIR

extension GraphAssembly {
  /// Adds an activation function; those that ONNX knows only since later opsets are made of what opset 17 has.
  mutating func activation(_ activation: Activation, _ input: String, scope: String) -> String {
    switch activation {
    case .identity:
      return input
    case .silu:
      return node("Mul", input, node("Sigmoid", input, scope: scope), scope: scope)
    case .relu:
      return node("Relu", input, scope: scope)
    case .relu6:
      return node("Clip", input, real(0), real(6), scope: scope)
    case .leakyReLU(let slope):
      return node("LeakyRelu", input, scope: scope, attributes: ["alpha": .real(Float(slope))])
    case .elu(let alpha):
      return node("Elu", input, scope: scope, attributes: ["alpha": .real(Float(alpha))])
    case .gelu:
      // x · ½ (1 + erf(x / √2))
      let scaled = node("Mul", input, real(Float(0.5.squareRoot())), scope: scope)
      let sum = node("Add", node("Erf", scaled, scope: scope), real(1), scope: scope)
      return node("Mul", node("Mul", input, sum, scope: scope), real(0.5), scope: scope)
    case .mish:
      return node("Mul", input, node("Tanh", node("Softplus", input, scope: scope), scope: scope), scope: scope)
    case .hardswish:
      return node("HardSwish", input, scope: scope)
    case .hardsigmoid:
      return node("HardSigmoid", input, scope: scope, attributes: ["alpha": .real(Float(1) / 6), "beta": .real(0.5)])
    case .sigmoid:
      return node("Sigmoid", input, scope: scope)
    case .tanh:
      return node("Tanh", input, scope: scope)
    }
  }
}
