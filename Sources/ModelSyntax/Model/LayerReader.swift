import Diagnostics

/// Reads `name: [from, number, block, arguments]`.
func readLayer(_ entry: YAMLNode.Entry, names: LayerNames) throws(CompileFailure) -> LayerDeclaration {
  let name = try readName(entry.key, names: names)
  let columns = try readList(entry.value, "a row")
  guard columns.count == 4 else {
    throw CompileFailure(
      Diagnostic(
        .wrongKind, "a row has four columns, and this one has \(columns.count)", at: entry.value.range,
        help: ["write \(name.value): [from, number, block, arguments]; empty arguments are []"]))
  }
  var errors: [Diagnostic] = []
  func attempt<Value>(_ body: () throws(CompileFailure) -> Value) -> Value? {
    do { return try body() } catch {
      errors += error.diagnostics
      return nil
    }
  }
  let from = attempt { () throws(CompileFailure) in try parseExpression(columns[0]) }
  let number = attempt { () throws(CompileFailure) in try parseExpression(columns[1]) }
  let block = attempt { () throws(CompileFailure) in try readWord(columns[2], "a block's name") }
  let arguments = attempt { () throws(CompileFailure) in try readArguments(columns[3]) }
  guard errors.isEmpty, let from, let number, let block, let arguments else { throw CompileFailure(errors) }
  return LayerDeclaration(
    name: name, from: from, number: number, block: block, arguments: arguments, argumentsRange: columns[3].range,
    range: name.range.union(entry.value.range))
}

/// Reads arguments: a list by position, or a mapping by the parameters' names.
func readArguments(_ node: YAMLNode) throws(CompileFailure) -> [ArgumentDeclaration] {
  switch node.kind {
  case .sequence(let items):
    var arguments: [ArgumentDeclaration] = []
    for item in items { arguments.append(ArgumentDeclaration(value: try parseExpression(item))) }
    return arguments
  case .mapping(let entries):
    var arguments: [ArgumentDeclaration] = []
    for entry in entries {
      let label = try readWord(entry.key, "a parameter's name")
      arguments.append(ArgumentDeclaration(label: label, value: try parseExpression(entry.value)))
    }
    return arguments
  case .scalar:
    throw CompileFailure(
      Diagnostic(
        .wrongKind, "arguments are a list or a mapping, and this is \(node.description)", at: node.range,
        help: node.isNull ? ["write [] for none"] : ["write [\(node.text ?? "")]"]))
  }
}

/// Where a name stands decides what it may look like.
enum LayerNames {
  /// A row of a model: words joined by dots.
  case rows
  /// An entry of a block's body: also numbers, and `*` as the last part, since it is the scope of weights.
  case entries
}

/// Words that mean something else in an expression.
let reservedNames: Set<String> = ExpressionLexer.keywords.union(["none", "true", "false", "images", "x"])

private func readName(_ node: YAMLNode, names: LayerNames) throws(CompileFailure) -> Spanned<String> {
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
  guard !reservedNames.contains(name.value) else {
    throw CompileFailure(Diagnostic(.invalidName, "'\(name.value)' has a meaning of its own", at: name.range))
  }
  return name
}
