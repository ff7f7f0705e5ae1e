import Diagnostics

/// Reads a model of the official list dialect, rule by rule as the official `parse_model` does, and writes out what it
/// leaves implicit:
///
/// - a row's number above 1 is multiplied by `depth_multiple` and rounded as Python rounds, to at least 1;
/// - the first argument of some modules, their output width, is multiplied by `width_multiple` and rounded up to a
///   multiple of 8, unless it equals `anchors * (nc + 5)`;
/// - some modules take the row's number as an argument;
/// - `anchors` is not required: only that exemption ever reads it.
func readListModel(
  _ yaml: YAMLNode, library: BlockLibrary, classes override: Spanned<ModelDeclaration.Classes>?
) throws(CompileFailure) -> Checked<ModelDeclaration> {
  var reader = try MappingReader(yaml, of: "a model")
  let known = [
    "nc", "anchors", "depth_multiple", "width_multiple", "activation", "ch", "inplace", "sem_nc", "backbone", "head",
  ]
  let warnings = reader.refuseKeys(except: known, in: "an official model", severity: .warning)

  let written = reader.read("nc", readClasses)
  let classes = override ?? written
  for key in ["nc", "backbone", "head"] where !(key == "nc" && override != nil) {
    reader.require(
      key, others: key == "nc" ? ["classes"] : [], in: "an official model",
      else: Diagnostic(.missingKey, "the model has no '\(key)'", at: reader.ordered.first?.key.range ?? yaml.range))
  }
  var multipliers: [String: Spanned<Double>] = [:]
  for key in ["depth_multiple", "width_multiple"] { multipliers[key] = reader.read(key, readMultiple) }
  let scaling = ListScaling(
    depth: multipliers["depth_multiple"]?.value ?? 1, width: multipliers["width_multiple"]?.value ?? 1,
    classCount: classes?.value.count, anchors: reader["anchors"])
  let inputChannels = reader.read("ch") { (node) throws(CompileFailure) in try parseExpression(node) }
  let activation = reader.read("activation") { (node) throws(CompileFailure) in try parseExpression(node) }
  let anchors = reader.read("anchors") { (node) throws(CompileFailure) in try parseExpression(node) }

  var repeatsRows = false
  let rows = readListRows(&reader, scaling: scaling, library: library, repeatsRows: &repeatsRows)
  if rows.isEmpty, reader.errors.isEmpty {
    reader.errors.append(Diagnostic(.missingKey, "the model has no rows", at: yaml.range))
  }
  try reader.finish()
  guard let classes else { preconditionFailure("A model without 'nc' was reported above.") }
  let model = ModelDeclaration(
    name: defaultModelName(of: yaml.range.file), dialect: .list, source: yaml.range.file, classes: classes,
    inputSize: nil, inputChannels: inputChannels, activation: activation,
    constants: anchors.map { ["anchors": $0] } ?? [:], blocks: [], rows: rows,
    multipliers: multipliers, repeatsRows: repeatsRows, ambiguousClassNames: ambiguousClassNames(reader["nc"]),
    faults: reader.faults)
  return Checked(model, warnings: warnings)
}

/// Reads the rows of `backbone` and `head`, one numbering for both; says too whether some number is above 1.
func readListRows(
  _ reader: inout MappingReader, scaling: ListScaling, library: BlockLibrary, repeatsRows: inout Bool
) -> [RowDeclaration] {
  var rows: [RowDeclaration] = []
  for section in [Section.backbone, .head] {
    guard let node = reader[section.rawValue] else { continue }
    let items = reader.attempt { () throws(CompileFailure) in try readList(node, "the section '\(section.rawValue)'") }
    // A row that lost its brackets comes as its columns, one item each: one mistake.
    var isLoose = false
    for item in items ?? [] {
      let index = rows.count
      var columnCount = 0
      if case .sequence(let columns) = item.kind { columnCount = columns.count }
      if isLoose, columnCount != 4 { continue }
      isLoose = columnCount == 0 && item.text != nil
      if isLoose {
        reader.faults.append(
          Diagnostic(
            .wrongKind, "a row is [from, number, module, args], and this stands outside of brackets", at: item.range,
            help: ["put the row's four columns in brackets"]))
        rows.append(
          RowDeclaration(section: section, layer: .faulty(name: Spanned(String(index), item.range), range: item.range)))
        continue
      }
      if case .sequence(let columns) = item.kind, columns.count > 1, let number = columns[1].text.flatMap({ Int($0) }) {
        repeatsRows = repeatsRows || number > 1
      }
      let layer = reader.attemptRow { () throws(CompileFailure) in
        try readListRow(item, index: index, scaling: scaling, library: library)
      }
      let place = LayerDeclaration.faulty(name: Spanned(String(index), item.range), range: item.range)
      rows.append(RowDeclaration(section: section, layer: layer ?? place))
    }
  }
  return rows
}

/// The multipliers of a model in the list dialect.
struct ListScaling {
  let depth: Double
  let width: Double
  /// Widths are cut to this before they are multiplied.
  var greatestWidth = Int.max
  let classCount: Int?
  /// `anchors * (nc + 5)`: the official parser takes this width for an anchor head's output and leaves it alone.
  let unscaledWidth: Int?

  /// The rules of Ultralytics: the width that is left alone is the class count.
  init(depth: Double, width: Double, greatestWidth: Int, classCount: Int?) {
    self.depth = depth
    self.width = width
    self.greatestWidth = greatestWidth
    self.classCount = classCount
    unscaledWidth = classCount
  }

  init(depth: Double, width: Double, classCount: Int?, anchors: YAMLNode?) {
    self.depth = depth
    self.width = width
    self.classCount = classCount
    var anchorCount: Int?
    switch anchors?.kind {
    case .sequence(let levels):
      if case .sequence(let sides)? = levels.first?.kind { anchorCount = sides.count / 2 }
    case .scalar(let text, _): anchorCount = Int(text)
    default: break
    }
    guard let anchorCount, let classCount, classCount < 1 << 30, anchorCount.magnitude < 1 << 30 else {
      unscaledWidth = nil
      return
    }
    unscaledWidth = anchorCount * (classCount + 5)
  }

  /// `max(round(n * depth_multiple), 1)` for more than one, with ties to even.
  func number(_ written: Int) -> Int {
    guard written > 1 else { return max(written, 1) }  // the official code builds one for 0 too
    let scaled = (Double(written) * depth).rounded(.toNearestOrEven)
    return scaled >= 1 ? Int(min(scaled, 1e9)) : 1
  }

  /// `ceil(c2 * width_multiple / 8) * 8`, even when the multiple is 1; nothing when the width is no number above 0.
  func width(_ expression: Expression) -> Int? {
    let names = classCount.map { ["nc": $0] } ?? [:]
    guard let written = expression.constantInteger(names: names), written > 0 else { return nil }
    guard written != unscaledWidth else { return written }
    let scaled = (Double(min(written, greatestWidth)) * width / 8).rounded(.up) * 8
    return Int(min(scaled, 1e15))
  }
}

func readMultiple(_ node: YAMLNode) throws(CompileFailure) -> Spanned<Double> {
  guard let text = node.text, let value = Double(text), value.isFinite, value > 0 else {
    throw CompileFailure(Diagnostic(.invalidNumber, "a multiple is a number above 0", at: node.range))
  }
  return Spanned(value, node.range)
}

/// Reads `[from, number, module, args]`.
private func readListRow(
  _ node: YAMLNode, index: Int, scaling: ListScaling, library: BlockLibrary
) throws(CompileFailure) -> LayerDeclaration {
  let columns = try readList(node, "a row")
  guard columns.count == 4 else {
    throw CompileFailure(
      Diagnostic(
        .wrongKind, "a row is [from, number, module, args], and this one has \(columns.count) columns", at: node.range))
  }
  let block = try readWord(columns[2], "a module's name")
  let written = try parseExpression(columns[1])
  guard let writtenNumber = written.constantInteger else {
    throw CompileFailure(Diagnostic(.wrongKind, "a row's number is an integer", at: columns[1].range))
  }
  var number = scaling.number(writtenNumber)
  guard case .sequence = columns[3].kind else {
    throw CompileFailure(
      Diagnostic(
        .wrongKind, "in this dialect arguments are a list, and this is \(columns[3].description)", at: columns[3].range)
    )
  }
  var arguments = try readArguments(columns[3])
  let rules = library[block.value]?.listDialect ?? BlockDeclaration.ListDialectRules()

  if rules.ignoresArguments { arguments = [] }
  if rules.scalesWidth, let first = arguments.first, let width = scaling.width(first.value) {
    arguments[0].value = Expression(.integer(width), first.value.range)
  }
  if rules.scalesWidth, let first = arguments.first, scaling.width != 1, scaling.width(first.value) == nil {
    throw CompileFailure(
      Diagnostic(.wrongKind, "the width that width_multiple scales is a whole number above 0", at: first.value.range))
  }
  if rules.takesNumber, !arguments.isEmpty {
    // Such a module takes 0 for none, where a repeated one is built once.
    let count = writtenNumber == 0 ? 0 : number
    arguments.insert(ArgumentDeclaration(value: Expression(.integer(count), columns[1].range)), at: 1)
    number = 1
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
    name: Spanned(String(index), node.range), from: try parseExpression(columns[0]),
    number: Expression(.integer(number), columns[1].range), block: block, arguments: arguments,
    argumentsRange: columns[3].range, statedInputChannels: stated, range: node.range)
}
