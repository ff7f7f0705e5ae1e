import Diagnostics

/// Reads a model of the native dialect.
///
///     classes: 80
///     backbone:
///       stem: [-1, 1, Conv, [16, 3, 2]]
///     heads:
///       detect: [[p3, p4, p5], 1, DDetect, [classes]]
///
/// - Throws: `CompileFailure` when the file is no mapping. All other errors are in the result.
func readNativeModel(
  _ yaml: YAMLNode, classes override: Spanned<ModelDeclaration.Classes>?, loader: BlockFileLoader
) throws(CompileFailure) -> ModelDeclaration {
  var reader = try MappingReader(yaml, of: "a model")
  let known = ModelKey.allCases.map(\.rawValue)
  let isGiven = override != nil
  _ = reader.refuseKeys(
    except: known, required: isGiven ? [] : ["classes"], synonyms: isGiven ? [:] : ["nc": "classes"], in: "a model")
  var unread: Set<ModelDeclaration.Part> = []

  let name = reader.read("name") { (node) throws(CompileFailure) in try readWord(node, "a model's name") }
  let written = readClasses(&reader, "classes")
  if !isGiven {
    reader.require(
      "classes",
      else: Diagnostic(
        .missingKey, "the model does not say how many classes it has",
        at: reader.ordered.first?.key.range ?? yaml.range,
        help: ["write classes: 80, or the classes' names as a list"]))
  }
  var parameters: [ParameterDeclaration] = []
  if let node = reader["parameters"] {
    let read = readModelParameters(node, &reader.faults)
    parameters = read ?? []
    if read == nil { unread.insert(.values) }
  }
  let inputSize = reader.read("input", readInputSize)
  let inputChannels = reader.readExpression("channels")
  let activation = reader.readExpression("activation")

  var included = IncludedBlocks(of: yaml.range.file, loader: loader)
  if let node = reader["include"] { included.include(node) }
  reader.faults += included.faults
  var blocks = included.blocks
  if included.isIncomplete { unread.insert(.blocks) }
  if let node = reader["blocks"] {
    let own = readBlocks(node, &reader.faults)
    blocks += own ?? []
    if own == nil { unread.insert(.blocks) }
  }

  var rows: [RowDeclaration] = []
  // Sections are read in the order of the file, which determines the row indices and the names of the weights.
  for entry in reader.ordered where !entry.value.isNull {
    guard let section = section(of: entry) else { continue }
    let sectionReader = reader.faults.attempt { () throws(CompileFailure) in
      try MappingReader(entry.value, of: "the section '\(entry.key.text ?? "")'")
    }
    if sectionReader == nil { unread.insert(.values) }
    reader.faults += sectionReader?.faults ?? []
    for row in sectionReader?.ordered ?? [] {
      rows.append(RowDeclaration(section: section, layer: readLayer(row, names: .rows, &reader.faults)))
    }
  }
  reader.faults += repeatedNames(rows, parameters, besides: reader.faults)
  if rows.isEmpty, reader.faults.isEmpty {
    reader.faults.append(Diagnostic(.missingKey, "the model has no rows", at: yaml.range))
  }
  return ModelDeclaration(
    name: name?.value ?? defaultModelName(of: yaml.range.file), dialect: .native, source: yaml.range.file,
    classes: override ?? written ?? .unreadable(yaml.range), inputSize: inputSize, inputChannels: inputChannels,
    activation: activation, parameters: parameters, blocks: blocks, rows: rows,
    ambiguousClassNames: ambiguousClassNames(reader["classes"]), unread: unread, faults: reader.faults)
}

/// The section of a top-level key. An unknown key that contains rows is treated as a section too, so that its rows are
/// known by name.
private func section(of entry: YAMLNode.Entry) -> Section? {
  guard case .scalar(let text, _) = entry.key.kind else { return nil }
  if let section = Section(rawValue: text), Section.native.contains(section) { return section }
  guard ModelKey(rawValue: text) == nil, case .mapping(let rows) = entry.value.kind else { return nil }
  let isRow = rows.map { if case .sequence = $0.value.kind { true } else { false } }
  return isRow.contains(true) ? .neck : nil
}

private func readInputSize(_ node: YAMLNode) throws(CompileFailure) -> Spanned<[Expression]> {
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
    throw CompileFailure(Diagnostic(.wrongKind, "an input size is one number, or [height, width]", at: node.range))
  }
  return Spanned([expression, expression], node.range)
}

/// The names that rows cannot use, except keys that were already reported as repeated.
private func repeatedNames(
  _ rows: [RowDeclaration], _ parameters: [ParameterDeclaration], besides faults: [Diagnostic]
) -> [Diagnostic] {
  let known = Set(faults.filter { $0.code == .duplicateKey }.map(\.primary.range))
  var firstUse = Dictionary(parameters.map { ($0.name.value, $0.name.range) }) { first, _ in first }
  return rows.compactMap { row in
    let name = row.layer.name
    guard let first = firstUse[name.value] else {
      firstUse[name.value] = name.range
      return nil
    }
    if known.contains(name.range) { return nil }
    let isParameter = parameters.contains { $0.name.value == name.value }
    return Diagnostic(
      .duplicateName,
      isParameter ? "a row and a parameter are both called '\(name.value)'" : "two rows are called '\(name.value)'",
      at: name.range, label: "again here", secondary: [Diagnostic.Label(first, "first here")])
  }
}
