import Diagnostics
import ModelSyntax

extension Check {
  /// A parameter of the model, or of a block of its own, that is not used, so that setting it has no effect.
  package static let unusedParameter = Check(code: .unusedParameter) { model, _ in
    var found = model.blocks.flatMap { block in
      block.parameters.filter { !block.usedNames.contains($0.name.value) }.map { parameter in
        warning("the block '\(block.name.value)' does not use its parameter '\(parameter.name.value)'", parameter.name)
      }
    }
    // A value that was set from outside hides the names that the file's own value uses.
    guard !model.parameters.contains(where: \.isSet) else { return found }
    let used = model.usedNames
    for parameter in model.parameters where !used.contains(parameter.name.value) {
      var unused = warning("nothing uses the parameter '\(parameter.name.value)'", parameter.name)
      unused.notes = ["--set \(parameter.name.value)=… changes nothing"]
      found.append(unused)
    }
    return found
  }

  private static func warning(_ message: String, _ name: Spanned<String>) -> Diagnostic {
    Diagnostic(.unusedParameter, severity: .warning, message, at: name.range)
  }
}

extension ModelDeclaration {
  /// The names in the expressions of the model's rows, settings and parameters.
  fileprivate var usedNames: Set<String> {
    var expressions = rows.flatMap { $0.layer.expressions } + parameters.map(\.value)
    if case .count(let count) = classes.value { expressions.append(count) }
    expressions += inputSize?.value ?? []
    expressions += [inputChannels, activation].compactMap(\.self)
    return namesUsed(in: expressions)
  }
}

extension BlockDeclaration {
  /// The names in the expressions of the block.
  fileprivate var usedNames: Set<String> {
    namesUsed(
      in: parameters.compactMap(\.defaultValue) + bindings.map(\.value) + body.flatMap(\.expressions) + auxiliary
        + [result].compactMap(\.self))
  }
}

extension LayerDeclaration {
  fileprivate var expressions: [Expression] {
    [from, number] + arguments.map(\.value) + [statedInputChannels].compactMap(\.self)
  }
}

/// The names in expressions; for `half.0`, also the name before the dot.
private func namesUsed(in expressions: [Expression]) -> Set<String> {
  var found: Set<String> = []
  for use in expressions.flatMap(\.names) {
    found.insert(use.name)
    found.insert(String(use.name.prefix { $0 != "." }))
  }
  return found
}
