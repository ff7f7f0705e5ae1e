import Diagnostics

/// Reads a model of the native dialect.
///
///     classes: 80
///     backbone:
///       stem: [-1, 1, Conv, [16, 3, 2]]
///     heads:
///       detect: [[p3, p4, p5], 1, DDetect, [classes]]
func readNativeModel(
  _ yaml: YAMLNode, classes override: Spanned<ModelDeclaration.Classes>?, loader: BlockFileLoader
) throws(CompileFailure) -> ModelDeclaration {
  var reader = try MappingReader(yaml, of: "a model")
  _ = reader.refuseKeys(except: ModelKey.allCases.map(\.rawValue), in: "a model")
  // A key that is no misspelling of a known one changes nothing else.
  reader.faults = reader.errors.filter { $0.code == .unknownKey && $0.fixIts.isEmpty && $0.help.isEmpty }
  reader.errors.removeAll { reader.faults.contains($0) }

  let name = reader.read("name") { (node) throws(CompileFailure) in try readWord(node, "a model's name") }
  let written = reader.read("classes", readClasses)
  let classes = override ?? written
  if override == nil {
    reader.require(
      "classes", others: ["nc"], in: "a model",
      else: Diagnostic(
        .missingKey, "the model does not say how many classes it has",
        at: reader.ordered.first?.key.range ?? yaml.range,
        help: ["write classes: 80, or the classes' names as a list"]))
  }
  let parameters = reader.read("parameters", readModelParameters) ?? []
  let inputSize = reader.read("input") { (node) throws(CompileFailure) -> Spanned<[Expression]> in
    if let sides = node.text?.split(separator: "x").map({ Int($0) }), sides.count == 2, let height = sides[0],
      let width = sides[1]
    {
      throw CompileFailure(
        Diagnostic(
          .wrongKind, "an input size is one number, or [height, width]", at: node.range,
          help: ["write [\(height), \(width)]"]))
    }
    let expression = try parseExpression(node)
    if case .list(let sides) = expression.kind, sides.count == 2 { return Spanned(sides, node.range) }
    if case .list = expression.kind {
      throw CompileFailure(
        Diagnostic(.wrongKind, "an input size is one number, or [height, width]", at: node.range))
    }
    return Spanned([expression, expression], node.range)
  }
  let inputChannels = reader.read("channels") { (node) throws(CompileFailure) in try parseExpression(node) }
  let activation = reader.read("activation") { (node) throws(CompileFailure) in try parseExpression(node) }
  var included = IncludedBlocks(of: yaml.range.file, loader: loader)
  if let node = reader["include"] { included.include(node) }
  reader.errors += included.errors
  let blocks = included.blocks + (reader.read("blocks", readBlocks) ?? [])

  var rows: [RowDeclaration] = []
  var firstUse = Dictionary(parameters.map { ($0.name.value, $0.name.range) }) { first, _ in first }
  // In the order of the file: it is what numbers the rows, and their weights.
  for entry in reader.ordered {
    guard case .scalar(let text, _) = entry.key.kind, let section = Section(rawValue: text),
      Section.native.contains(section), !entry.value.isNull
    else { continue }
    let sectionReader = reader.attempt { () throws(CompileFailure) in
      try MappingReader(entry.value, of: "the section '\(text)'")
    }
    for row in sectionReader?.ordered ?? [] {
      let read = reader.attemptRow { () throws(CompileFailure) in try readLayer(row, names: .rows) }
      let name = Spanned(row.key.text ?? "", row.key.range)
      let layer = read ?? .faulty(name: name, range: row.key.range)
      if let first = firstUse[layer.name.value] {
        reader.faults.append(
          Diagnostic(
            .duplicateName,
            parameters.contains { $0.name.value == layer.name.value }
              ? "a row is called '\(layer.name.value)', as a parameter is"
              : "two rows are called '\(layer.name.value)'", at: layer.name.range, label: "again here",
            secondary: [Diagnostic.Label(first, "first here")]))
      }
      firstUse[layer.name.value] = layer.name.range
      rows.append(RowDeclaration(section: section, layer: layer))
    }
  }
  if rows.isEmpty, reader.errors.isEmpty {
    reader.errors.append(Diagnostic(.missingKey, "the model has no rows", at: yaml.range))
  }
  try reader.finish()
  guard let classes else { preconditionFailure("A model without classes was reported above.") }
  return ModelDeclaration(
    name: name?.value ?? defaultModelName(of: yaml.range.file), dialect: .native, source: yaml.range.file,
    classes: classes, inputSize: inputSize, inputChannels: inputChannels, activation: activation,
    parameters: parameters,
    blocks: blocks, rows: rows, ambiguousClassNames: ambiguousClassNames(reader["classes"]), faults: reader.faults)
}
