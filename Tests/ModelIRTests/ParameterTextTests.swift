import ModelIR
import Testing

/// Recipes for weights and activation functions as text.
@Suite struct ParameterTextTests {
  @Test(arguments: [
    "a.b", "scaled(a.weight, n, 0.001)", "shifted(none, n, 1e-05)", "shifted(a.bias, n, 0.0)", "scale(n, 0.001)",
    "padded(scaled(a, n, 0.001), 1, 3)", "identity_kernel()",
    "sum(a, padded(b, 1, 3), scaled(identity_kernel(), n, 0.001))",
    "scaled(scaled(a, m, 0.001), n, 0.001)", "shifted(shifted(none, m, 0.001), n, 0.5)",
  ])
  func recipesAreReadBack(_ text: String) throws {
    #expect(try #require(ParameterExpression(text: text)).description == text)
  }

  @Test(arguments: [
    "", "none", "a b", "a(b)", "scaled(a)", "scaled(a, n)", "scaled(a, n, x)", "scaled(a, n, -1.0)",
    "scaled(a, n, inf)",
    "padded(a, 3, 1)", "padded(a, 0, 1)", "padded(a, 1, 99999999)", "sum()", "sum(a", "sum(a))", "identity_kernel(a)",
    String(repeating: "sum(", count: 400) + "a" + String(repeating: ")", count: 400),
  ])
  func otherTextsAreNoRecipes(_ text: String) {
    #expect(ParameterExpression(text: text) == nil)
  }

  @Test func recipesNameWhatTheyRead() throws {
    let recipe = try #require(ParameterExpression(text: "sum(scaled(a, n, 0.001), padded(b, 1, 3), identity_kernel())"))
    #expect(recipe.storedNames == ["a", "n.weight", "n.running_var", "b"])
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
