import Diagnostics
import ModelIR
import ModelSyntax

/// The binding of arguments to parameters.
extension Elaborator {
  /// Evaluates the arguments of a row; they are checked against the signature first.
  func bind(
    _ layer: LayerDeclaration, _ evaluator: ExpressionEvaluator, to signature: Signature
  ) throws(ElaborationFailure) -> (values: [String: Value], text: String) {
    var values: [String: Value] = [:]
    var texts: [String] = []
    for (name, argument) in zip(try parameterNames(of: layer, for: signature), layer.arguments) {
      let value = try evaluator.evaluate(argument.value)
      values[name] = value
      texts.append(argument.label == nil ? value.description : "\(name)=\(value.description)")
    }
    return (values, texts.joined(separator: ", "))
  }

  /// The parameter that each argument of a row is for.
  private func parameterNames(
    of layer: LayerDeclaration, for signature: Signature
  ) throws(ElaborationFailure) -> [String] {
    let (block, names) = (signature.block, signature.names)
    let notes = ["the arguments are \(signature.description)"]
    var given: [String] = []
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
      guard !given.contains(name) else {
        throw .fault(.surplusArgument, "'\(name)' is given twice", place, column: .arguments, notes: notes)
      }
      given.append(name)
    }
    let missing = signature.parameters.filter { $0.defaultText == nil && !given.contains($0.name) }.map(\.name)
    guard missing.isEmpty else {
      throw .fault(
        .missingArgument, "\(block) needs \(missing.map { "'\($0)'" }.joined(separator: " and "))",
        layer.argumentsRange, column: .arguments, notes: notes)
    }
    return given
  }

  /// Checks the calls in the model's own blocks, also in those that no row uses: the blocks have to exist and take the
  /// arguments. What the arguments are is known only where a block is used.
  mutating func checkDefinitions() {
    for block in model.blocks {
      for entry in block.body {
        do throws(ElaborationFailure) {
          _ = try parameterNames(of: entry, for: try signature(of: entry.block))
        } catch {
          guard case .fault(var fault) = error else { continue }
          fault.frames = [ElaborationFailure.Frame(layer: entry, block: block.name.value, sources: [])]
          report(fault)
        }
      }
    }
  }

  /// The signature of the block or primitive that a row calls.
  func signature(of name: Spanned<String>) throws(ElaborationFailure) -> Signature {
    if let block = block(named: name.value, calledAt: name.range) { return Signature(block) }
    guard let primitive = primitives.first(where: { $0.name == name.value }) else { throw unknownBlock(name) }
    return Signature(primitive)
  }

  func unknownBlock(_ name: Spanned<String>) -> ElaborationFailure {
    .wrongName(
      .unknownBlock, "there is no block '\(name.value)'", name.value, among: library.names, at: name.range,
      column: .block,
      notes: ["a block of one's own is defined in the model's 'blocks' section"])
  }
}
