import Diagnostics
import ModelIR
import ModelSyntax

/// The binding of arguments to parameters.
extension Elaborator {
  /// The arguments of a row by their parameters.
  struct BoundArguments {
    var values: [String: Value] = [:]
    var expressions: [String: Expression] = [:]
    /// The arguments as source text.
    var text = ""
  }

  /// Evaluates the arguments of a row and checks them against the signature; throws all errors in them.
  func bind(
    _ layer: LayerDeclaration, _ evaluator: ExpressionEvaluator, to signature: Signature
  ) throws(ElaborationFailure) -> BoundArguments {
    var failure: ElaborationFailure?
    let names = failure.attempt { () throws(ElaborationFailure) in try parameters(givenBy: layer, of: signature) }
    var bound = BoundArguments()
    var texts: [String] = []
    for (position, argument) in layer.arguments.enumerated() {
      // A surplus argument was already reported; its value is not needed.
      if names == nil, argument.label == nil, position >= signature.names.count { continue }
      let name = names?[position]
      var evaluator = evaluator
      evaluator.acceptsTruth = name.map { signature.acceptsTruth($0) } ?? false
      let value = failure.attempt { () throws(ElaborationFailure) in try evaluator.evaluate(argument.value) }
      guard let value, let name else { continue }
      bound.values[name] = value
      bound.expressions[name] = argument.value
      texts.append(argument.label == nil ? value.description : "\(name)=\(value.description)")
    }
    if let failure { throw failure }
    bound.text = texts.joined(separator: ", ")
    return bound
  }

  /// The parameter of each argument of a row.
  func parameters(
    givenBy layer: LayerDeclaration, of signature: Signature
  ) throws(ElaborationFailure) -> [String] {
    let (block, names) = (signature.block, signature.names)
    let notes = ["the arguments are \(signature.description)"] + origin(of: layer.block)
    var given: [String] = []
    var failure: ElaborationFailure?
    for (position, argument) in layer.arguments.enumerated() {
      let name = failure.attempt { () throws(ElaborationFailure) -> String in
        let place = argument.label?.range ?? argument.value.range
        guard argument.label != nil || position < names.count else {
          let count = names.isEmpty ? "no arguments" : "at most \(names.count) argument\(names.count == 1 ? "" : "s")"
          throw .fault(
            .surplusArgument, "\(block) takes \(count), not \(layer.arguments.count)", place, column: .arguments,
            notes: notes)
        }
        let name = argument.label?.value ?? names[position]
        guard names.contains(name) else {
          throw .wrongName(
            .surplusArgument, "\(block) has no argument '\(name)'", name, among: names, at: place,
            column: .arguments, notes: notes)
        }
        guard !given.contains(name) else {
          throw .fault(.surplusArgument, "'\(name)' is given twice", place, column: .arguments, notes: notes)
        }
        return name
      }
      if let name { given.append(name) } else if argument.label == nil { break }
    }
    // The missing argument may be the one with the wrong name.
    if let failure { throw failure }
    let missing = signature.parameters.filter { $0.defaultText == nil && !given.contains($0.name) }.map(\.name)
    guard missing.isEmpty else {
      throw .fault(
        .missingArgument, "\(block) needs \(missing.map { "'\($0)'" }.joined(separator: " and "))",
        layer.argumentsRange, column: .arguments, notes: notes)
    }
    return given
  }

  /// The definition of a block that replaces a standard one.
  private func origin(of name: Spanned<String>) -> [String] {
    guard standardLibrary[name.value] != nil, let own = block(named: name.value, calledAt: name.range)?.name.range,
      own.file !== BlockLibrary.standardSource
    else { return [] }
    return ["this \(name.value) is the one of \(own.file.name):\(own.startLine), not the standard block"]
  }

  /// The signature of the block or primitive that a row uses.
  func signature(of name: Spanned<String>) throws(ElaborationFailure) -> Signature {
    if let block = block(named: name.value, calledAt: name.range) {
      if block.isFaulty { throw .poisoned }
      return Signature(block)
    }
    guard let primitive = primitives.first(where: { $0.name == name.value }) else { throw unknownBlock(name) }
    return Signature(primitive)
  }

  func unknownBlock(_ name: Spanned<String>) -> ElaborationFailure {
    // It may be one of the blocks that could not be read.
    if model.unread.contains(.blocks) { return .poisoned }
    return .wrongName(
      .unknownBlock, "there is no block '\(name.value)'", name.value, among: library.names, at: name.range,
      column: .block,
      notes: ["the model's 'blocks' section can define further blocks"])
  }
}
