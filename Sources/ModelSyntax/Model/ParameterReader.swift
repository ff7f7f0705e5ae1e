import Diagnostics

/// Reads a model's `parameters:`, names with their values.
///
///     parameters: {width: 1.0, hidden: 2 * width}
///
/// A value that cannot be read is a fault and unknown. Nothing when it is no mapping.
func readModelParameters(_ node: YAMLNode, _ faults: inout [Diagnostic]) -> [ParameterDeclaration]? {
  if node.isNull { return [] }
  let bindings = readBindings(node, of: "'parameters'", &faults)
  let taken = reservedNames.union(["classes"])
  for binding in bindings ?? [] where taken.contains(binding.name.value) {
    faults.append(
      Diagnostic(.invalidName, "'\(binding.name.value)' has a meaning of its own", at: binding.name.range))
  }
  return bindings?.filter { !taken.contains($0.name.value) }.map {
    ParameterDeclaration(name: $0.name, value: $0.value)
  }
}

extension ModelDeclaration {
  /// The model with a value for one of its parameters, or nothing when it has no such parameter.
  package func setting(_ name: String, to value: Expression) -> ModelDeclaration? {
    guard let index = parameters.firstIndex(where: { $0.name.value == name }) else { return nil }
    var copy = self
    copy.parameters[index].value = value
    copy.parameters[index].isSet = true
    return copy
  }
}
