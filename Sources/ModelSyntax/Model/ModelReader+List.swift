import Diagnostics

/// Reads a model of the official list dialect by the rules of the official `parse_model`, and makes explicit what the
/// dialect leaves implicit:
///
/// - a row's number above 1 is multiplied by `depth_multiple` and rounded as Python rounds, to at least 1;
/// - the first argument of some modules, their output width, is multiplied by `width_multiple` and rounded up to a
///   multiple of 8, unless it equals `anchors * (nc + 5)`;
/// - some modules take the row's number as an argument;
/// - `anchors` is optional: only that exemption reads it.
///
/// - Throws: `CompileFailure` when the file is no mapping. All other errors are in the result.
func readListModel(
  _ yaml: YAMLNode, library: BlockLibrary, classes override: Spanned<ModelDeclaration.Classes>?
) throws(CompileFailure) -> Checked<ModelDeclaration> {
  var reader = try MappingReader(yaml, of: "a model")
  let known = [
    "nc", "anchors", "depth_multiple", "width_multiple", "activation", "ch", "inplace", "sem_nc", "backbone", "head",
  ]
  let (classes, warnings) = readListSettings(&reader, keys: known, classes: override, in: "an official model")
  var multipliers: [String: Spanned<Double>] = [:]
  for key in ["depth_multiple", "width_multiple"] { multipliers[key] = reader.read(key, readMultiple) }
  let scaling = ListScaling(
    depth: multipliers["depth_multiple"]?.value ?? 1, width: multipliers["width_multiple"]?.value ?? 1,
    classCount: classes?.value.count, anchors: reader["anchors"])
  let inputChannels = reader.readExpression("ch")
  let activation = reader.readExpression("activation")
  let anchors = reader.readExpression("anchors")
  let rows = readListRows(&reader, scaling: scaling, library: library)
  let model = ModelDeclaration(
    name: defaultModelName(of: yaml.range.file), dialect: .list, source: yaml.range.file,
    classes: classes ?? .unreadable(yaml.range), inputSize: nil, inputChannels: inputChannels, activation: activation,
    constants: anchors.map { ["anchors": $0] } ?? [:], blocks: [], rows: rows.rows, multipliers: multipliers,
    repeatsRows: rows.repeatsRows, ambiguousClassNames: ambiguousClassNames(reader["nc"]),
    unread: rows.areWhole ? [] : [.values], faults: reader.faults)
  return Checked(model, warnings: warnings)
}

/// Checks the keys of a model in a list dialect and reads its classes, which `override` replaces; also returns the
/// warnings about unknown keys.
func readListSettings(
  _ reader: inout MappingReader, keys: [String], classes override: Spanned<ModelDeclaration.Classes>?,
  in subject: String
) -> (classes: Spanned<ModelDeclaration.Classes>?, warnings: [Diagnostic]) {
  let required = (override == nil ? ["nc"] : []) + ["backbone", "head"]
  let warnings = reader.refuseKeys(
    except: keys, required: required, synonyms: override == nil ? ["classes": "nc"] : [:], in: subject,
    severity: .warning)
  let written = readClasses(&reader, "nc")
  for key in required {
    reader.require(
      key,
      else: Diagnostic(.missingKey, "the model has no '\(key)'", at: reader.ordered.first?.key.range ?? reader.range))
  }
  return (override ?? written, warnings)
}

/// The rows of a file in a list dialect.
struct ListRows {
  var rows: [RowDeclaration] = []
  /// Whether some row's number is above 1.
  var repeatsRows = false
  /// Whether every section could be read; otherwise indices are meaningless.
  var areWhole = true
}

/// Reads the rows of `backbone` and `head`, which share one numbering.
func readListRows(_ reader: inout MappingReader, scaling: ListScaling, library: BlockLibrary) -> ListRows {
  var found = ListRows()
  for section in [Section.backbone, .head] {
    let items = reader.read(section.rawValue) { (node) throws(CompileFailure) in
      try readList(node, "the section '\(section.rawValue)'")
    }
    guard let items else {
      found.areWhole = false
      continue
    }
    // A row without its brackets appears as one item for each column; that is one mistake.
    var isLoose = false
    for item in items {
      let name = Spanned(String(found.rows.count), item.range)
      var columnCount = 0
      if case .sequence(let columns) = item.kind { columnCount = columns.count }
      if isLoose, columnCount != 4 { continue }
      isLoose = columnCount == 0 && item.text != nil
      var layer = LayerDeclaration.faulty(name: name, range: item.range)
      if isLoose {
        reader.faults.append(
          Diagnostic(
            .wrongKind, "a row is [from, number, module, args], and this is not in brackets", at: item.range,
            help: ["put the row's four columns in brackets"]))
      } else {
        layer = readListRow(item, name: name, scaling: scaling, library: library, &reader.faults)
      }
      if case .sequence(let columns) = item.kind, columns.count > 1, let number = columns[1].text.flatMap({ Int($0) }) {
        found.repeatsRows = found.repeatsRows || number > 1
      }
      found.rows.append(RowDeclaration(section: section, layer: layer))
    }
  }
  if found.rows.isEmpty, reader.faults.isEmpty {
    reader.faults.append(Diagnostic(.missingKey, "the model has no rows", at: reader.range))
  }
  return found
}

func readMultiple(_ node: YAMLNode) throws(CompileFailure) -> Spanned<Double> {
  guard let text = node.text, let value = Double(text), value.isFinite, value > 0 else {
    throw CompileFailure(Diagnostic(.invalidNumber, "a multiple is a number above 0", at: node.range))
  }
  return Spanned(value, node.range)
}

/// Reads `[from, number, module, args]`.
private func readListRow(
  _ node: YAMLNode, name: Spanned<String>, scaling: ListScaling, library: BlockLibrary, _ faults: inout [Diagnostic]
) -> LayerDeclaration {
  let columns = faults.attempt { () throws(CompileFailure) -> [YAMLNode] in
    let columns = try readList(node, "a row")
    guard columns.count == 4 else {
      throw CompileFailure(
        Diagnostic(
          .wrongKind, "a row is [from, number, module, args], and this one has \(columns.count) columns",
          at: node.range, help: missingComma(in: columns) ?? []))
    }
    return columns
  }
  let faulty = LayerDeclaration.faulty(name: name, range: node.range)
  guard let columns else { return faulty }
  let from = faults.readExpression(columns[0])
  let block = faults.attempt { () throws(CompileFailure) in try readWord(columns[2], "a module's name") }
  let writtenNumber = faults.attempt { () throws(CompileFailure) -> Int in
    guard let number = try parseExpression(columns[1]).constantInteger else {
      throw CompileFailure(Diagnostic(.wrongKind, "a row's number is an integer", at: columns[1].range))
    }
    return number
  }
  let written = faults.attempt { () throws(CompileFailure) -> YAMLNode in
    guard case .sequence = try columns[3].readable().kind else {
      throw CompileFailure(
        Diagnostic(
          .wrongKind, "in this dialect arguments are a list, and this is \(columns[3].description)",
          at: columns[3].range))
    }
    return columns[3]
  }
  guard let block, let written, var arguments = readArguments(written, &faults) else { return faulty }
  var number = writtenNumber.map { Expression(.integer(scaling.number($0)), columns[1].range) }
  let rules = library[block.value]?.listDialect ?? BlockDeclaration.ListDialectRules()

  if rules.ignoresArguments { arguments = [] }
  if rules.scalesWidth, let first = arguments.first {
    if let width = scaling.width(first.value) {
      arguments[0].value = Expression(.integer(width), first.value.range)
      arguments[0].unscaledValue = scaling.width(first.value, multiple: 1).map {
        Expression(.integer($0), first.value.range)
      }
    } else if scaling.width != 1, !first.value.isUnreadable {
      faults.append(
        Diagnostic(.wrongKind, "the width that width_multiple scales is a whole number above 0", at: first.value.range))
      arguments[0].value = Expression(.unreadable, first.value.range)
    }
  }
  if rules.takesNumber, !arguments.isEmpty {
    // Such a module accepts 0, while a repeated module is built at least once.
    let count = writtenNumber == 0 ? Expression(.integer(0), columns[1].range) : number
    arguments.insert(ArgumentDeclaration(value: count ?? Expression(.unreadable, columns[1].range)), at: 1)
    number = Expression(.integer(1), columns[1].range)
  }
  var stated: Expression?
  if let parameters = rules.parameters {
    for position in arguments.indices where position < parameters.count && arguments[position].label == nil {
      let value = arguments[position].value
      arguments[position].label = Spanned(parameters[position], value.range)
    }
    stated = arguments.first { $0.label?.value == "c1" }?.value
    arguments.removeAll { $0.label?.value == "c1" }
  }
  return LayerDeclaration(
    name: name, from: from, number: number ?? Expression(.unreadable, columns[1].range), block: block,
    arguments: arguments, argumentsRange: columns[3].range, statedInputChannels: stated, range: node.range)
}
