import Compiler
import ModelIR
import Tensors
import TestSupport
import Testing

/// The elements of parameter expressions, in small cases computed by hand.
struct ParameterExpressionTests {
  /// With ε = 1 the normalisation's factors are 3 / √(3 + 1) = 1.5 and 6 / √(8 + 1) = 2.
  private static let norm = Normalization(scope: "bn", epsilon: 1)
  private static let stored: [String: Tensor] = [
    "bn.weight": Tensor(shape: [2], values: [3, 6]), "bn.bias": Tensor(shape: [2], values: [10, 20]),
    "bn.running_mean": Tensor(shape: [2], values: [2, 4]), "bn.running_var": Tensor(shape: [2], values: [3, 8]),
    "w1": Tensor(shape: [2, 2, 1, 1], values: [4, 5, 6, 7]), "b": Tensor(shape: [2], values: [2, 1]),
    "w3": Tensor(shape: [2, 1, 3, 3], values: (1...18).map(Float.init)),
    "w4": Tensor(shape: [2, 4, 1, 1], values: (1...8).map(Float.init)),
    "w2": Tensor(shape: [1, 2, 2, 2], values: (1...8).map(Float.init)),
    "point": Tensor(shape: [2, 1, 1, 1], values: [100, 200]),
  ]

  struct Case: CustomTestStringConvertible, Sendable {
    let expression: ParameterExpression
    let shape: [Int]
    let numbers: [Double]
    var testDescription: String { expression.description }
  }

  private static let cases = [
    Case(expression: .stored("b"), shape: [2], numbers: [2, 1]),
    Case(expression: .scale(norm), shape: [2], numbers: [1.5, 2]),
    Case(expression: .scaled(.stored("w1"), norm), shape: [2, 2, 1, 1], numbers: [6, 7.5, 12, 14]),
    // Without a bias of the convolution: 10 − 2 · 1.5 and 20 − 4 · 2.
    Case(expression: .shifted(nil, norm), shape: [2], numbers: [7, 12]),
    // With it: 10 + (2 − 2) · 1.5 and 20 + (1 − 4) · 2.
    Case(expression: .shifted(.stored("b"), norm), shape: [2], numbers: [10, 14]),
    // A second, equal normalisation: (6, 7.5, 12, 14) · t, then 10 + (7 − 2) · 1.5 and 20 + (12 − 4) · 2.
    Case(expression: .scaled(.scaled(.stored("w1"), norm), norm), shape: [2, 2, 1, 1], numbers: [9, 11.25, 24, 28]),
    Case(expression: .shifted(.shifted(nil, norm), norm), shape: [2], numbers: [17.5, 36]),
    Case(
      expression: .padded(.stored("point"), from: 1, to: 3), shape: [2, 1, 3, 3],
      numbers: [0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0]),
    Case(
      expression: .padded(.stored("w3"), from: 3, to: 5), shape: [2, 1, 5, 5],
      numbers: [
        0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 10, 11, 12, 0, 0, 13, 14, 15, 0, 0, 16, 17, 18, 0, 0, 0, 0, 0, 0,
      ]),
    // Channels 0 and 1 copy themselves; in two groups of two, channels 2 and 3 copy inputs 0 and 1 of the second group.
    Case(expression: .identityKernel, shape: [2, 2, 1, 1], numbers: [1, 0, 0, 1]),
    Case(expression: .identityKernel, shape: [4, 2, 1, 1], numbers: [1, 0, 0, 1, 1, 0, 0, 1]),
    Case(expression: .identityKernel, shape: [1, 1, 3, 3], numbers: [0, 0, 0, 0, 1, 0, 0, 0, 0]),
    // RepConv: a 3×3 kernel, a normalised 1×1 kernel and the normalised input, each channel separately.
    Case(
      expression: .sum([
        .stored("w3"), .padded(.scaled(.stored("point"), norm), from: 1, to: 3), .scaled(.identityKernel, norm),
      ]), shape: [2, 1, 3, 3],
      numbers: [1, 2, 3, 4, 5 + 150 + 1.5, 6, 7, 8, 9, 10, 11, 12, 13, 14 + 400 + 2, 15, 16, 17, 18]),
    Case(expression: .sum([.stored("b"), .shifted(nil, norm)]), shape: [2], numbers: [9, 13]),
    // Output channels in sequence, each part with its own parameter expression.
    Case(
      expression: .joined([
        ParameterExpression.Part(.stored("w1"), channels: 2),
        ParameterExpression.Part(.scaled(.stored("w1"), norm), channels: 2),
      ]), shape: [4, 2, 1, 1], numbers: [4, 5, 6, 7, 6, 7.5, 12, 14]),
    Case(
      expression: .joined([
        ParameterExpression.Part(.shifted(.stored("b"), norm), channels: 2),
        ParameterExpression.Part(.stored("b"), channels: 2), ParameterExpression.Part(.scale(norm), channels: 2),
      ]), shape: [6], numbers: [10, 14, 2, 1, 1.5, 2]),
    // Some input channels of each output channel, in order, also of kernels and of parts.
    Case(expression: .inputs(.stored("w1"), [1..<2], of: 2), shape: [2, 1, 1, 1], numbers: [5, 7]),
    Case(
      expression: .inputs(.stored("w4"), [0..<1, 2..<4], of: 4), shape: [2, 3, 1, 1], numbers: [1, 3, 4, 5, 7, 8]),
    Case(
      expression: .inputs(.stored("w2"), [1..<2], of: 2), shape: [1, 1, 2, 2], numbers: [5, 6, 7, 8]),
    Case(
      expression: .inputs(.scaled(.stored("w4"), norm), [3..<4, 0..<1], of: 4), shape: [2, 2, 1, 1],
      numbers: [6, 1.5, 16, 10]),
    Case(
      expression: .inputs(
        .joined([
          ParameterExpression.Part(.stored("w1"), channels: 2), ParameterExpression.Part(.identityKernel, channels: 2),
        ]), [1..<2], of: 2), shape: [4, 1, 1, 1], numbers: [5, 7, 0, 1]),
  ]

  @Test(arguments: cases)
  func aParameterExpressionHasTheseElements(_ row: Case) throws {
    #expect(try evaluate(row.expression, shape: row.shape, try checkpoint(Self.stored)) == row.numbers)
  }

  @Test(arguments: cases)
  func aParameterExpressionIsReadAsPrinted(_ row: Case) {
    #expect(ParameterExpression(text: row.expression.description) == row.expression)
  }

  /// Folding is done in double precision: 1/3 is not a float, and neither is the subtrahend.
  @Test func foldingRoundsOnce() throws {
    let third = Float(1) / 3
    let checkpoint = try checkpoint([
      "n.weight": Tensor(shape: [1], values: [third]), "n.bias": Tensor(shape: [1], values: [1]),
      "n.running_mean": Tensor(shape: [1], values: [third]), "n.running_var": Tensor(shape: [1], values: [0.999]),
      "w": Tensor(shape: [1, 1, 1, 1], values: [third]),
    ])
    let norm = Normalization(scope: "n", epsilon: 0.001)
    let factor = Double(third) / (Double(Float(0.999)) + 0.001).squareRoot()
    #expect(try evaluate(.scaled(.stored("w"), norm), shape: [1, 1, 1, 1], checkpoint) == [Double(third) * factor])
    #expect(try evaluate(.shifted(nil, norm), shape: [1], checkpoint) == [1 - Double(third) * factor])
  }
}
