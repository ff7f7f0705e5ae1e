import Diagnostics

/// Reads a mapping of block definitions: a model's `blocks:` section or a library file; `nil` when the node is no
/// mapping.
///
/// A definition that cannot be read completely is reported and still defines its block, so that rows that use the name
/// are not reported as well.
package func readBlocks(_ node: YAMLNode, _ faults: inout [Diagnostic]) -> [BlockDeclaration]? {
  let reader = faults.attempt { () throws(CompileFailure) in try MappingReader(node, of: "the blocks section") }
  guard let reader else { return nil }
  faults += reader.faults
  return reader.ordered.map { entry in
    var block = readBlock(entry, &faults)
    // It is unknown which of the two is meant.
    if reader.isRepeated(entry) { block.isFaulty = true }
    return block
  }
}

private func readBlock(_ entry: YAMLNode.Entry, _ faults: inout [Diagnostic]) -> BlockDeclaration {
  let text = entry.key.text ?? ""
  let name = faults.attempt { () throws(CompileFailure) in try readBlockName(entry.key) }
  var block = BlockDeclaration(
    name: name ?? Spanned(text, entry.key.range), range: entry.key.range.union(entry.value.range))
  block.isFaulty = name == nil
  let reader = faults.attempt { () throws(CompileFailure) in
    try MappingReader(entry.value, of: "the block '\(text)'")
  }
  guard var reader else {
    block.isFaulty = true
    return block
  }
  _ = reader.refuseKeys(except: BlockKey.allCases.map(\.rawValue), required: ["body"], in: "a block")
  reader.require("body", else: Diagnostic(.missingKey, "the block '\(text)' has no body", at: entry.key.range))
  faults += reader.faults

  /// Reads a part of the block; when it is missing or faulty, the block is marked as unknown.
  func part<Value>(_ key: BlockKey, _ read: (YAMLNode, inout [Diagnostic]) -> Value?) -> Value? {
    guard let node = reader[key.rawValue] else { return nil }
    let value = read(node, &faults)
    if value == nil { block.isFaulty = true }
    return value
  }
  let summary = part(.summary) { node, faults in
    faults.attempt { () throws(CompileFailure) in try readWord(node, "a summary") }
  }
  block.summary = summary?.value ?? ""
  block.parameters = part(.parameters, readParameters) ?? []
  block.bindings = part(.bindings) { node, faults in readBindings(node, of: "'let'", &faults) } ?? []
  block.body = part(.body, readBody) ?? []
  block.result = part(.result) { node, faults in faults.readExpression(node) }
  block.auxiliary =
    part(.auxiliary) { node, faults in
      let items = faults.attempt { () throws(CompileFailure) in try readList(node, "'auxiliary'") }
      return items.map { faults.readExpressions($0) }
    } ?? []
  block.listDialect = part(.listDialect, readListDialectRules) ?? BlockDeclaration.ListDialectRules()
  if block.body.isEmpty { block.isFaulty = true }
  return block
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

private func readBody(_ node: YAMLNode, _ faults: inout [Diagnostic]) -> [LayerDeclaration]? {
  let reader = faults.attempt { () throws(CompileFailure) in try MappingReader(node, of: "a block's body") }
  guard let reader else { return nil }
  faults += reader.faults
  if reader.ordered.isEmpty { faults.append(Diagnostic(.missingKey, "a block's body is empty", at: node.range)) }
  // When two entries have the same name, it is unknown which one others mean.
  guard reader.faults.isEmpty else { return nil }
  return reader.ordered.map { readLayer($0, names: .entries, &faults) }
}

private func readParameters(_ node: YAMLNode, _ faults: inout [Diagnostic]) -> [BlockDeclaration.Parameter]? {
  readBindings(node, of: "'parameters'", &faults)?.map { binding in
    if case .name("required") = binding.value.kind {
      return BlockDeclaration.Parameter(name: binding.name, defaultValue: nil)
    }
    return BlockDeclaration.Parameter(name: binding.name, defaultValue: binding.value)
  }
}

/// Reads a mapping of names to expressions; `nil` when the node is no mapping.
func readBindings(
  _ node: YAMLNode, of subject: String, _ faults: inout [Diagnostic]
) -> [BlockDeclaration.Binding]? {
  let reader = faults.attempt { () throws(CompileFailure) in try MappingReader(node, of: subject) }
  guard let reader else { return nil }
  faults += reader.faults
  var bindings: [BlockDeclaration.Binding] = []
  var positions: [String: Int] = [:]
  for entry in reader.ordered {
    _ = faults.attempt { () throws(CompileFailure) in try checkBindingName(entry.key) }
    let name = Spanned(entry.key.text ?? "", entry.key.range)
    let value = faults.readExpression(entry.value)
    if let first = positions[name.value] {
      // It is unknown which of the two is meant.
      bindings[first].value = Expression(.unreadable, name.range)
    } else {
      positions[name.value] = bindings.count
      bindings.append(BlockDeclaration.Binding(name: name, value: value))
    }
  }
  return bindings
}

private func checkBindingName(_ node: YAMLNode) throws(CompileFailure) {
  let name = try readWord(node, "a parameter's name")
  guard name.value.utf8.first?.isNameStart == true, name.value.utf8.allSatisfy(\.isNamePart) else {
    throw CompileFailure(
      Diagnostic(.invalidName, "'\(name.value)' cannot be a parameter's name", at: name.range, notes: [nameRule]))
  }
}

private func readListDialectRules(
  _ node: YAMLNode, _ faults: inout [Diagnostic]
) -> BlockDeclaration.ListDialectRules? {
  let reader = faults.attempt { () throws(CompileFailure) in try MappingReader(node, of: "'list_dialect'") }
  guard var reader else { return nil }
  _ = reader.refuseKeys(except: ListDialectKey.allCases.map(\.rawValue), in: "'list_dialect'")
  func flag(_ key: String) -> Bool { reader[key]?.text == "true" }
  var rules = BlockDeclaration.ListDialectRules(
    scalesWidth: flag("scales_width"), takesNumber: flag("takes_number"), ignoresArguments: flag("ignores_arguments"))
  rules.parameters = reader.read("parameters") { (node) throws(CompileFailure) in
    var names: [String] = []
    for item in try readList(node, "'parameters'") { names.append(try readWord(item, "a parameter's name").value) }
    return names
  }
  faults += reader.faults
  return rules
}
