import Diagnostics

/// Reads a model's `parameters:`, names with their values.
///
///     parameters: {width: 1.0, hidden: 2 * width}
func readModelParameters(_ node: YAMLNode) throws(CompileFailure) -> [ParameterDeclaration] {
  if node.isNull { return [] }
  let bindings = try readBindings(node)
  let taken = reservedNames.union(["classes"])
  let faults = bindings.filter { taken.contains($0.name.value) }.map { binding in
    Diagnostic(.invalidName, "'\(binding.name.value)' has a meaning of its own", at: binding.name.range)
  }
  if !faults.isEmpty { throw CompileFailure(faults) }
  return bindings.map { ParameterDeclaration(name: $0.name, value: $0.value) }
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
