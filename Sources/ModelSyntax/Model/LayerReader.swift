import Diagnostics

/// Reads `name: [from, number, block, arguments]`. A part that cannot be read is reported and becomes a faulty
/// expression.
func readLayer(_ entry: YAMLNode.Entry, names: LayerNames, _ faults: inout [Diagnostic]) -> LayerDeclaration {
  let name = Spanned(entry.key.text ?? "", entry.key.range)
  if name.value == "<<" {
    faults.append(
      Diagnostic(
        .invalidName, "'<<' cannot be a row's name", at: name.range,
        notes: ["YAML 1.1 readers merge another mapping here; merge keys are not supported"]))
    return .faulty(name: name, range: name.range)
  }
  _ = faults.attempt { () throws(CompileFailure) in try checkName(entry.key, names: names) }
  let columns = faults.attempt { () throws(CompileFailure) -> [YAMLNode] in
    let columns = try readList(entry.value, "a row")
    guard columns.count == 4 else {
      throw CompileFailure(
        Diagnostic(
          .wrongKind, "a row has four columns, and this one has \(columns.count)", at: entry.value.range,
          help: missingComma(in: columns)
            ?? ["write \(name.value): [from, number, block, arguments]; empty arguments are []"]))
    }
    return columns
  }
  guard let columns else { return .faulty(name: name, range: entry.key.range) }
  let from = faults.readExpression(columns[0])
  let number = faults.readExpression(columns[1])
  let block = faults.attempt { () throws(CompileFailure) in try readWord(columns[2], "a block's name") }
  let arguments = readArguments(columns[3], &faults)
  guard let block, let arguments else { return .faulty(name: name, range: entry.key.range) }
  return LayerDeclaration(
    name: name, from: from, number: number, block: block, arguments: arguments, argumentsRange: columns[3].range,
    range: name.range.union(entry.value.range))
}

/// Suggests a comma when one item holds two columns of a row: `-1 1` or `1 Conv`.
func missingComma(in columns: [YAMLNode]) -> [String]? {
  let joined = columns.first { column in
    guard case .scalar(let text, isPlain: true) = column.kind else { return false }
    let words = text.split(separator: " ")
    return words.count == 2 && Int(words[0]) != nil
  }
  return joined?.text.map { ["is a comma missing in '\($0)'?"] }
}

/// Reads arguments: a list by position, or a mapping by the parameters' names; `nil` when the node is neither.
func readArguments(_ node: YAMLNode, _ faults: inout [Diagnostic]) -> [ArgumentDeclaration]? {
  if case .sequence(let items) = node.kind {
    return faults.readExpressions(items).map { ArgumentDeclaration(value: $0) }
  }
  let reader = faults.attempt { () throws(CompileFailure) -> MappingReader in
    if case .scalar = node.kind {
      throw CompileFailure(
        Diagnostic(
          .wrongKind, "arguments are a list or a mapping, and this is \(node.description)", at: node.range,
          help: node.isNull ? ["write [] for no arguments"] : ["write [\(node.text ?? "")]"]))
    }
    return try MappingReader(node, of: "the arguments")
  }
  guard let reader else { return nil }
  faults += reader.faults
  var arguments: [ArgumentDeclaration] = []
  for entry in reader.ordered where !reader.isRepeated(entry) {
    let label = faults.attempt { () throws(CompileFailure) in try readWord(entry.key, "a parameter's name") }
    guard let label else { return nil }
    arguments.append(ArgumentDeclaration(label: label, value: faults.readExpression(entry.value)))
  }
  return arguments
}

/// The context of a name, which determines its allowed form.
enum LayerNames {
  /// A row of a model: words joined by dots.
  case rows
  /// An entry of a block's body: numbers are allowed too, and `*` as the last part, since the name is the scope of
  /// weights.
  case entries
}

/// Words that are reserved in expressions.
let reservedNames: Set<String> = ExpressionLexer.keywords.union(["none", "true", "false", "images", "x"])

private func checkName(_ node: YAMLNode, names: LayerNames) throws(CompileFailure) {
  let name = try readWord(node, "a row's name")
  var parts = name.value.split(separator: ".", omittingEmptySubsequences: false)
  if names == .entries, parts.last == "*" { parts.removeLast() }
  let isValid = parts.allSatisfy { part in
    guard let first = part.utf8.first, part.utf8.allSatisfy(\.isNamePart) else { return false }
    return names == .entries || first.isNameStart
  }
  guard isValid else {
    throw CompileFailure(
      Diagnostic(
        .invalidName, "'\(name.value)' cannot be a row's name", at: name.range,
        notes: ["a name is a word of letters, digits and '_' that starts with a letter; words may be joined by dots"]))
  }
  guard !reservedNames.contains(name.value), names == .entries || name.value != "classes" else {
    throw CompileFailure(Diagnostic(.invalidName, "'\(name.value)' is a reserved word", at: name.range))
  }
}
