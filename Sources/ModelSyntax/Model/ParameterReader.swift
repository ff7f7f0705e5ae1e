import Diagnostics

/// Reads a model's `parameters:`, a mapping of names to values; `nil` when the node is no mapping.
///
///     parameters: {width: 1.0, hidden: 2 * width}
///
/// A value that cannot be read is reported and becomes a faulty expression.
func readModelParameters(_ node: YAMLNode, _ faults: inout [Diagnostic]) -> [ParameterDeclaration]? {
  if node.isNull { return [] }
  let bindings = readBindings(node, of: "'parameters'", &faults)
  let taken = reservedNames.union(["classes"])
  for binding in bindings ?? [] where taken.contains(binding.name.value) {
    faults.append(
      Diagnostic(.invalidName, "'\(binding.name.value)' is a reserved word", at: binding.name.range))
  }
  return bindings?.filter { !taken.contains($0.name.value) }.map {
    ParameterDeclaration(name: $0.name, value: $0.value)
  }
}

extension ModelDeclaration {
  /// The model with a value for one of its parameters; `nil` when it has no parameter of that name.
  package func setting(_ name: String, to value: Expression) -> ModelDeclaration? {
    guard let index = parameters.firstIndex(where: { $0.name.value == name }) else { return nil }
    var copy = self
    copy.parameters[index].value = value
    copy.parameters[index].isSet = true
    return copy
  }
}
