import Diagnostics

/// Reads a model in the dialect of the MIT-licensed YOLO.
///
///     model:
///       backbone:
///         - Conv: {args: {out_channels: 32, kernel_size: 3, stride: 2}, source: 0}
///       detection:
///         - MultiheadDetection: {source: [P3, P4, P5], tags: Main, output: True}
///
/// Rows are the layers in their order, without the detection heads. All heads together become one row at the end, as in
/// the official code's `DualDDetect`, which has a main output and one for training. Stripping, checkpoints and the
/// figures of `gelan info` are therefore the same as for the official file of that model. The head tagged `Main` is the
/// main one; the others, in order, are the auxiliary groups before it.
///
/// One difference remains: in this dialect every level of a head has its own frozen DFL of 16 elements, where the
/// official code has one per head. Their elements are equal, so one per head suffices, and parameters are counted as in
/// the official code.
///
/// The dialect leaves the class count to the data set's file; without `--classes` it is 80, as in COCO.
func readMITModel(
  _ yaml: YAMLNode, classes override: Spanned<ModelDeclaration.Classes>?
) throws(CompileFailure) -> Checked<ModelDeclaration> {
  var reader = try MappingReader(yaml, of: "a model")
  let warnings = reader.refuseKeys(
    except: ["name", "anchor", "model"], in: "a model of this dialect", severity: .warning)
  let name = reader.read("name") { (node) throws(CompileFailure) in try readWord(node, "a model's name") }
  _ = reader.read("anchor", checkAnchors)
  var rows = MITRows()
  for layer in readMITLayers(&reader) { rows.add(layer, &reader.faults) }
  rows.addHead(&reader.faults)
  let standardClasses = Spanned(ModelDeclaration.Classes.count(Expression(.integer(80), yaml.range)), yaml.range)
  let model = ModelDeclaration(
    name: name?.value ?? defaultModelName(of: yaml.range.file), dialect: .mit, source: yaml.range.file,
    classes: override ?? standardClasses, inputSize: nil, inputChannels: nil, activation: nil, blocks: [],
    rows: rows.rows, faults: reader.faults)
  return Checked(model, warnings: warnings)
}

/// The distribution of a side has 16 bins in every YOLOv9; anchors of other kinds belong to other models.
private func checkAnchors(_ node: YAMLNode) throws(CompileFailure) {
  var reader = try MappingReader(node, of: "'anchor'")
  _ = reader.refuseKeys(except: ["reg_max", "strides"], in: "'anchor'")
  _ = reader.read("reg_max") { (node) throws(CompileFailure) in try checkBins(node) }
  if !reader.faults.isEmpty { throw CompileFailure(reader.faults) }
}

private func checkBins(_ node: YAMLNode) throws(CompileFailure) {
  // `${…}` refers to the setting at the top of the file.
  guard let text = node.text, text != "16", !text.hasPrefix("${") else { return }
  throw CompileFailure(Diagnostic(.argumentRange, "the distances to a side have 16 bins, not \(text)", at: node.range))
}

/// The rows made from the layers so far.
private struct MITRows {
  private(set) var rows: [RowDeclaration] = []
  /// The row made from a layer, by the layer's number; detection heads have no entry.
  private var rowOfLayer: [Int: Int] = [:]
  private var layerOfTag: [String: Spanned<Int>] = [:]
  private var heads: [MITHead] = []

  private static let sections: [String: Section] = [
    "backbone": .backbone, "auxiliary": .auxiliary, "detection": .heads, "heads": .heads,
  ]
  /// Tags that would hide a reserved word.
  private static let takenNames = reservedNames.union(["nc", "anchors"])

  /// Whether a layer could not be read, so that its tag is unknown.
  private var hasUnknownTags = false
  private var hasFaultyHeads = false

  /// Adds the row for a layer; a faulty layer becomes a faulty row.
  mutating func add(_ layer: MITLayer, _ faults: inout [Diagnostic]) {
    let source = faults.attempt { () throws(CompileFailure) in try sources(of: layer) }
    hasUnknownTags = hasUnknownTags || layer.isFaulty
    if let tag = layer.tag {
      if let first = layerOfTag[tag.value] {
        faults.append(
          Diagnostic(
            .duplicateName, "two layers have the tag '\(tag.value)'", at: tag.range, label: "again here",
            secondary: [Diagnostic.Label(first.range, "first here")]))
      } else {
        layerOfTag[tag.value] = Spanned(layer.number, tag.range)
      }
    }
    if layer.isDetection {
      let head = source.flatMap { source in
        faults.attempt { () throws(CompileFailure) in try MITHead(layer, sources: source) }
      }
      if let head { heads.append(head) } else { hasFaultyHeads = true }
      return
    }
    rowOfLayer[layer.number] = rows.count
    let called = layer.isFaulty ? nil : faults.attempt { () throws(CompileFailure) in try call(layer) }
    guard let source, let called else {
      let name = layer.tag ?? Spanned(String(layer.number), layer.module.range)
      rows.append(RowDeclaration(section: .neck, layer: .faulty(name: name, range: layer.range)))
      return
    }
    append(
      layer, from: source, block: called.block, arguments: called.arguments,
      section: Self.sections[layer.section] ?? .neck)
  }

  /// The block that corresponds to a layer's module, and its arguments.
  private func call(
    _ layer: MITLayer
  ) throws(CompileFailure) -> (block: Spanned<String>, arguments: [ArgumentDeclaration]) {
    let module = layer.module
    if module.value == "Pool" {
      let pool = try readMITPool(layer)
      return (Spanned(pool.block, module.range), pool.arguments)
    }
    guard let known = MITModule.all[module.value] else {
      throw CompileFailure(
        Diagnostic(
          .unknownBlock, "there is no module '\(module.value)' here", at: module.range,
          notes: ["the modules of the YOLOv9 detectors are supported in this dialect"],
          help: didYouMean(module.value, among: MITModule.all.keys + ["Pool", "MultiheadDetection"])))
    }
    return (Spanned(known.block, module.range), try known.arguments(of: layer))
  }

  private mutating func append(
    _ layer: MITLayer, from: Expression, block: Spanned<String>, arguments: [ArgumentDeclaration], section: Section
  ) {
    let tag = layer.tag.flatMap { tag in
      tag.value.utf8.first?.isNameStart == true && tag.value.utf8.allSatisfy(\.isNamePart)
        && !Self.takenNames.contains(tag.value) ? tag : nil
    }
    let declaration = LayerDeclaration(
      name: tag ?? Spanned(String(layer.number), layer.module.range), from: from,
      number: Expression(.integer(1), layer.module.range), block: block, arguments: arguments,
      argumentsRange: layer.argumentsRange, range: layer.range)
    rows.append(RowDeclaration(section: section, layer: declaration))
  }

  /// Adds the row that represents all detection heads, unless one of them is faulty.
  mutating func addHead(_ faults: inout [Diagnostic]) {
    guard !hasFaultyHeads else { return }
    _ = faults.attempt { () throws(CompileFailure) in try addHead() }
  }

  private mutating func addHead() throws(CompileFailure) {
    guard let main = heads.count == 1 ? heads.first : heads.first(where: { $0.layer.tag?.value == "Main" }) else {
      guard let last = heads.last else { return }
      throw CompileFailure(
        Diagnostic(
          .missingKey, "there are several heads, and none of them is the main one", at: last.layer.module.range,
          help: ["write tags: Main for the one that inference uses"]))
    }
    let others = heads.filter { $0.layer.number != main.layer.number }
    guard others.count <= 2 else {
      throw CompileFailure(
        Diagnostic(.tooLarge, "a model has at most two auxiliary heads", at: others[2].layer.module.range))
    }
    for other in others where other.levels.count != main.levels.count || other.isGrouped != main.isGrouped {
      let what = other.levels.count == main.levels.count ? "use_group" : "number of levels"
      throw CompileFailure(
        Diagnostic(
          .inputCount, "the heads differ in their \(what)", at: other.layer.module.range,
          secondary: [Diagnostic.Label(main.layer.module.range, "the main head")]))
    }
    let range = main.layer.module.range
    let levels = (others + [main]).flatMap(\.levels)
    let name = ["", "Dual", "Triple"][others.count] + (main.isGrouped ? "DDetect" : "Detect")
    append(
      main.layer, from: Expression(.list(levels), main.layer.source?.range ?? range), block: Spanned(name, range),
      arguments: [ArgumentDeclaration(value: Expression(.name("nc"), range))], section: .heads)
  }

  // MARK: Sources

  private func sources(of layer: MITLayer) throws(CompileFailure) -> Expression {
    guard let node = layer.source else { return try source(-1, of: layer, at: layer.module.range) }
    guard case .sequence(let items) = node.kind else { return try source(node, of: layer) }
    var elements: [Expression] = []
    for item in items { elements.append(try source(item, of: layer)) }
    return Expression(.list(elements), node.range)
  }

  private func source(_ node: YAMLNode, of layer: MITLayer) throws(CompileFailure) -> Expression {
    let expression = try parseExpression(node)
    if let number = expression.constantInteger { return try source(number, of: layer, at: node.range) }
    guard let tag = node.text, let target = layerOfTag[tag] else {
      if hasUnknownTags { return Expression(.unreadable, node.range) }
      throw CompileFailure(
        Diagnostic(
          .unknownName, "no layer before this one has the tag '\(node.text ?? "")'", at: node.range,
          help: didYouMean(node.text ?? "", among: layerOfTag.keys)))
    }
    return try source(target.value, of: layer, at: node.range)
  }

  /// The row that a number refers to: -1 is the previous layer, 0 the image; positive numbers count layers from 1, and
  /// negative ones count back from the layer itself.
  private func source(_ number: Int, of layer: MITLayer, at range: SourceRange) throws(CompileFailure) -> Expression {
    let target =
      number < 0 ? layer.number.subtractingReportingOverflow(number == .min ? 0 : -number).partialValue : number
    if target == 0 { return Expression(.name("images"), range) }
    guard target > 0, number != .min else {
      throw CompileFailure(
        Diagnostic(
          .unknownName, "there is no layer \(number) from layer \(layer.number)", at: range,
          notes: ["layers count from 1, and 0 is the image"]))
    }
    guard target < layer.number else {
      let what = target == layer.number ? "itself" : "layer \(target), which comes later"
      throw CompileFailure(
        Diagnostic(
          .forwardReference, "layer \(layer.number) reads \(what)", at: range,
          notes: ["a layer can only read earlier layers"]))
    }
    guard let row = rowOfLayer[target] else {
      throw CompileFailure(
        Diagnostic(.notATensor, "layer \(target) is a detection head, which no layer can read", at: range))
    }
    let isPrevious = number == -1 && row == rows.count - 1 && !layer.isDetection
    return Expression(.integer(isPrevious ? -1 : row), range)
  }
}

/// A detection head of the dialect.
private struct MITHead {
  let layer: MITLayer
  let levels: [Expression]
  var isGrouped = true

  init(_ layer: MITLayer, sources: Expression) throws(CompileFailure) {
    self.layer = layer
    guard case .list(let levels) = sources.kind else {
      throw CompileFailure(Diagnostic(.notATuple, "a detection head reads a list of layers", at: sources.range))
    }
    self.levels = levels
    for (name, value) in layer.arguments {
      switch name.value {
      case "reg_max": try checkBins(value)
      case "use_group": isGrouped = value.text?.lowercased() != "false"
      default:
        throw CompileFailure(
          Diagnostic(
            .surplusArgument, "a detection head of YOLOv9 has no '\(name.value)'", at: name.range,
            notes: ["its arguments are reg_max and use_group; heads with anchors (version: v7) are not known here"]))
      }
    }
  }
}
