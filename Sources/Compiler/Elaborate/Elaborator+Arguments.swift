import Diagnostics
import ModelIR
import ModelSyntax

/// The binding of arguments to parameters.
extension Elaborator {
  func bind(
    _ layer: LayerDeclaration, _ evaluator: ExpressionEvaluator, to signature: Signature
  ) throws(ElaborationFailure) -> (values: [String: Value], text: String) {
    let (block, names) = (signature.block, signature.names)
    let notes = ["the arguments are \(signature.description)"]
    var values: [String: Value] = [:]
    var texts: [String] = []
    for (position, argument) in layer.arguments.enumerated() {
      let place = argument.label?.range ?? argument.value.range
      let name: String
      if let label = argument.label {
        guard names.contains(label.value) else {
          throw .wrongName(
            .surplusArgument, "\(block) has no argument '\(label.value)'", label.value, among: names, at: place,
            column: .arguments, notes: notes)
        }
        name = label.value
      } else {
        guard position < names.count else {
          let count = names.isEmpty ? "no arguments" : "at most \(names.count) argument\(names.count == 1 ? "" : "s")"
          throw .fault(
            .surplusArgument, "\(block) takes \(count), not \(layer.arguments.count)", place, column: .arguments,
            notes: notes)
        }
        name = names[position]
      }
      guard values[name] == nil else {
        throw .fault(.surplusArgument, "'\(name)' is given twice", place, column: .arguments, notes: notes)
      }
      let value = try evaluator.evaluate(argument.value)
      values[name] = value
      texts.append(argument.label == nil ? value.description : "\(name)=\(value.description)")
    }
    let missing = signature.parameters.filter { $0.defaultText == nil && values[$0.name] == nil }.map(\.name)
    guard missing.isEmpty else {
      throw .fault(
        .missingArgument, "\(block) needs \(missing.map { "'\($0)'" }.joined(separator: " and "))",
        layer.argumentsRange,
        column: .arguments, notes: notes)
    }
    return (values, texts.joined(separator: ", "))
  }

  func unknownBlock(_ name: Spanned<String>) -> ElaborationFailure {
    .wrongName(
      .unknownBlock, "there is no block '\(name.value)'", name.value, among: library.names, at: name.range,
      column: .block,
      notes: ["a block of one's own is defined in the model's 'blocks' section"])
  }
}
