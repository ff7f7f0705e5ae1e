import Diagnostics
import ModelIR
import ModelSyntax

/// Calls of functions and activation functions.
extension ExpressionEvaluator {
  /// The value of a call: of an activation function such as `nn.ReLU()`, or of a function in `expressionFunctions`.
  func call(
    _ name: String, _ arguments: [Expression.CallArgument], _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    let torchName = torchClass(name)
    if Activation.torchNames.contains(torchName) { return try activation(torchName, arguments, range) }
    var values: [Value] = []
    for argument in arguments {
      if argument.label != nil { throw .fault(.surplusArgument, "'\(name)' takes its arguments by position", range) }
      values.append(try evaluate(argument.value))
    }
    guard let function = expressionFunctions.first(where: { $0.name == name }) else {
      throw .fault(
        .unknownName, "there is no function '\(name)'", range,
        help: didYouMean(name, among: expressionFunctions.map(\.name)))
    }
    if let count = function.parameters.count, values.count != count {
      throw .fault(
        values.count < count ? .missingArgument : .surplusArgument,
        "'\(name)' takes \(count) argument\(count == 1 ? "" : "s"), not \(values.count)", range)
    }
    return try function.evaluate(
      FunctionCall(
        name: name, values: values, ranges: arguments.map(\.value.range), range: range, evaluator: self))
  }

  private func activation(
    _ name: String, _ arguments: [Expression.CallArgument], _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    var argument: Double?
    for written in arguments where written.label != "inplace" {
      guard written.label == nil || ["negative_slope", "alpha"].contains(written.label), argument == nil else {
        throw .fault(.surplusArgument, "'\(name)' does not take this argument", written.value.range)
      }
      let value = try evaluate(written.value)
      if case .boolean = value { continue }  // `nn.ReLU(True)`: computing in place makes no difference here
      argument = try real(value, written.value.range)
    }
    guard let activation = Activation(torchName: name, argument: argument) else {
      throw .fault(.surplusArgument, "'\(name)' takes no argument", range)
    }
    return .activation(activation)
  }
}
