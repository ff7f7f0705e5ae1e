import ModelIR
import Testing

/// Parameter expressions and activation functions as text.
@Suite struct ParameterTextTests {
  @Test(arguments: [
    "a.b", "scaled(a.weight, n, 0.001)", "shifted(none, n, 1e-05)", "shifted(a.bias, n, 0.0)", "scale(n, 0.001)",
    "padded(scaled(a, n, 0.001), 1, 3)", "identity_kernel()",
    "sum(a, padded(b, 1, 3), scaled(identity_kernel(), n, 0.001))",
    "joined(a, 24)", "joined(a, 24, b, 8)", "joined(scaled(a, n, 0.001), 3, joined(b, 1, c, 2), 3)",
    "joined(shifted(none, n, 0.001), 8, b.bias, 1048576)", "inputs(a, 96, 0, 32)",
    "inputs(joined(a, 8, b, 8), 96, 0, 32, 64, 96)", "joined(inputs(a, 96, 95, 96), 1, identity_kernel(), 8)",
    "scaled(scaled(a, m, 0.001), n, 0.001)", "shifted(shifted(none, m, 0.001), n, 0.5)",
  ])
  func expressionsAreReadBack(_ text: String) throws {
    #expect(try #require(ParameterExpression(text: text)).description == text)
  }

  @Test(arguments: [
    "", "none", "a b", "a(b)", "scaled(a)", "scaled(a, n)", "scaled(a, n, x)", "scaled(a, n, -1.0)",
    "scaled(a, n, inf)",
    "padded(a, 3, 1)", "padded(a, 0, 1)", "padded(a, 1, 99999999)", "sum()", "sum(a", "sum(a))", "identity_kernel(a)",
    "joined()", "joined(a)", "joined(a, 0)", "joined(a, -1)", "joined(a, 3, b)", "joined(a, b)", "joined(a, 1048577)",
    "joined(none, 3)", "joined(a, 3", "inputs(a)", "inputs(a, 96)", "inputs(a, 96, 0)", "inputs(a, 96, 32, 32)",
    "inputs(a, 96, 5, 3)", "inputs(a, 96, 0, 97)", "inputs(a, 96, -1, 3)", "inputs(a, 0, 0, 1)",
    "inputs(a, 96, 0, 3, 4)", "inputs(a, 99999999, 0, 1)", "inputs(0, 3)",
    String(repeating: "sum(", count: 400) + "a" + String(repeating: ")", count: 400),
  ])
  func otherTextsAreNoRecipes(_ text: String) {
    #expect(ParameterExpression(text: text) == nil)
  }

  @Test func expressionsNameWhatTheyRead() throws {
    let expression = try #require(
      ParameterExpression(text: "sum(scaled(a, n, 0.001), padded(b, 1, 3), identity_kernel())"))
    #expect(expression.storedNames == ["a", "n.weight", "n.running_var", "b"])
    let parts = try #require(ParameterExpression(text: "inputs(joined(b, 3, scaled(a, n, 0.1), 4), 8, 1, 2)"))
    #expect(parts.storedNames == ["b", "a", "n.weight", "n.running_var"])
    let bias = try #require(ParameterExpression(text: "shifted(c, n, 0.001)"))
    #expect(bias.storedNames == ["c", "n.weight", "n.bias", "n.running_mean", "n.running_var"])
  }

  @Test(arguments: [
    (Activation.identity, "identity"), (.silu, "silu"), (.relu, "relu"), (.relu6, "relu6"), (.gelu, "gelu"),
    (.mish, "mish"),
    (.hardswish, "hardswish"), (.hardsigmoid, "hardsigmoid"), (.sigmoid, "sigmoid"), (.tanh, "tanh"),
    (.leakyReLU(slope: 0.1), "leaky_relu(0.1)"), (.elu(alpha: 1), "elu(1.0)"),
  ])
  func activationsAreReadBack(_ activation: Activation, _ text: String) {
    #expect(activation.description == text)
    #expect(Activation(text: text) == activation)
  }

  @Test(arguments: ["", "ReLU", "relu()", "elu", "elu()", "elu(x)", "leaky_relu(inf)", "leaky_relu(0.1", "swish(1.0)"])
  func otherTextsAreNoActivations(_ text: String) {
    #expect(Activation(text: text) == nil)
  }

  @Test func torchClassesHaveTorchsDefaults() {
    #expect(Activation(torchName: "LeakyReLU") == .leakyReLU(slope: 0.01))
    #expect(Activation(torchName: "ELU") == .elu(alpha: 1))
    #expect(Activation(torchName: "ReLU", argument: 0.1) == nil)
    #expect(Activation(torchName: "relu") == nil)
    #expect(Activation.torchNames.allSatisfy { Activation(torchName: $0) != nil })
  }
}
