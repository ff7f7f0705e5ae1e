import Diagnostics

/// Reads a mapping of block definitions: a model's `blocks:` section or a library file.
package func readBlocks(_ node: YAMLNode) throws(CompileFailure) -> [BlockDeclaration] {
  var reader = try MappingReader(node, of: "the blocks section")
  var blocks: [BlockDeclaration] = []
  for entry in reader.ordered {
    if let block = reader.attempt({ () throws(CompileFailure) in try readBlock(entry) }) { blocks.append(block) }
  }
  try reader.finish()
  return blocks
}

private func readBlock(_ entry: YAMLNode.Entry) throws(CompileFailure) -> BlockDeclaration {
  let name = try readBlockName(entry.key)
  var reader = try MappingReader(entry.value, of: "the block '\(name.value)'")
  _ = reader.refuseKeys(except: BlockKey.allCases.map(\.rawValue), in: "a block")
  let summary = reader.read("summary") { (node) throws(CompileFailure) in try readWord(node, "a summary") }
  let parameters = reader.read("parameters", readParameters) ?? []
  let bindings = reader.read("let", readBindings) ?? []
  let result = reader.read("result") { (node) throws(CompileFailure) in try parseExpression(node) }
  let rules = reader.read("list_dialect", readListDialectRules)
  let auxiliary = reader.read("auxiliary") { (node) throws(CompileFailure) in
    var values: [Expression] = []
    for item in try readList(node, "'auxiliary'") { values.append(try parseExpression(item)) }
    return values
  }
  let body = reader.read("body", readBody)
  reader.require(
    "body", in: "a block", else: Diagnostic(.missingKey, "the block '\(name.value)' has no body", at: name.range))
  try reader.finish()
  return BlockDeclaration(
    name: name, summary: summary?.value ?? "", parameters: parameters, bindings: bindings, body: body ?? [],
    result: result, auxiliary: auxiliary ?? [], listDialect: rules ?? BlockDeclaration.ListDialectRules(),
    range: name.range.union(entry.value.range))
}

private let nameRule = "a name is a word of letters, digits and '_' that starts with a letter"

private func readBlockName(_ node: YAMLNode) throws(CompileFailure) -> Spanned<String> {
  let name = try readWord(node, "a block's name")
  let parts = name.value.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.allSatisfy({ $0.utf8.first?.isNameStart == true && $0.utf8.allSatisfy(\.isNamePart) }) else {
    throw CompileFailure(
      Diagnostic(.invalidName, "'\(name.value)' cannot be a block's name", at: name.range, notes: [nameRule]))
  }
  return name
}

private func readBody(_ node: YAMLNode) throws(CompileFailure) -> [LayerDeclaration] {
  var reader = try MappingReader(node, of: "a block's body")
  var layers: [LayerDeclaration] = []
  for entry in reader.ordered {
    let layer = reader.attempt { () throws(CompileFailure) in try readLayer(entry, names: .entries) }
    if let layer { layers.append(layer) }
  }
  if reader.ordered.isEmpty { reader.errors.append(Diagnostic(.missingKey, "a block's body is empty", at: node.range)) }
  try reader.finish()
  return layers
}

private func readParameters(_ node: YAMLNode) throws(CompileFailure) -> [BlockDeclaration.Parameter] {
  try readBindings(node).map { binding in
    if case .name("required") = binding.value.kind {
      return BlockDeclaration.Parameter(name: binding.name, defaultValue: nil)
    }
    return BlockDeclaration.Parameter(name: binding.name, defaultValue: binding.value)
  }
}

/// Reads a mapping of names to expressions.
func readBindings(_ node: YAMLNode) throws(CompileFailure) -> [BlockDeclaration.Binding] {
  var reader = try MappingReader(node, of: "this")
  var bindings: [BlockDeclaration.Binding] = []
  for entry in reader.ordered {
    let binding = reader.attempt { () throws(CompileFailure) -> BlockDeclaration.Binding in
      let name = try readWord(entry.key, "a parameter's name")
      guard name.value.utf8.first?.isNameStart == true, name.value.utf8.allSatisfy(\.isNamePart) else {
        throw CompileFailure(
          Diagnostic(.invalidName, "'\(name.value)' cannot be a parameter's name", at: name.range, notes: [nameRule]))
      }
      return BlockDeclaration.Binding(name: name, value: try parseExpression(entry.value))
    }
    if let binding { bindings.append(binding) }
  }
  try reader.finish()
  return bindings
}

private func readListDialectRules(_ node: YAMLNode) throws(CompileFailure) -> BlockDeclaration.ListDialectRules {
  var reader = try MappingReader(node, of: "'list_dialect'")
  _ = reader.refuseKeys(except: ListDialectKey.allCases.map(\.rawValue), in: "'list_dialect'")
  func flag(_ key: String) -> Bool { reader[key]?.text == "true" }
  var rules = BlockDeclaration.ListDialectRules(
    scalesWidth: flag("scales_width"), takesNumber: flag("takes_number"), ignoresArguments: flag("ignores_arguments"))
  rules.parameters = reader.read("parameters") { (node) throws(CompileFailure) in
    var names: [String] = []
    for item in try readList(node, "'parameters'") { names.append(try readWord(item, "a parameter's name").value) }
    return names
  }
  try reader.finish()
  return rules
}
