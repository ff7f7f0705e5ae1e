import Diagnostics

/// Reads a YOLOv9 model of Ultralytics. The rows are those of the official list dialect, with these differences:
///
/// - `scales` may give `[depth, width, widest]` for each letter, and `scale` or the file's name selects one
///   (`yolov9s.yaml`); a width is limited to `widest` before it is multiplied, and only a width equal to `nc` is not
///   scaled;
/// - `Detect` has class branches of another width than the official one, and is read as `UltralyticsDetect`.
func readUltralyticsModel(
  _ yaml: YAMLNode, library: BlockLibrary, classes override: Spanned<ModelDeclaration.Classes>?
) throws(CompileFailure) -> Checked<ModelDeclaration> {
  var reader = try MappingReader(yaml, of: "a model")
  let known = [
    "nc", "scales", "scale", "activation", "ch", "channels", "backbone", "head", "depth_multiple", "width_multiple",
    "inplace", "task", "reg_max", "end2end",
  ]
  let (classes, keyWarnings) = readListSettings(&reader, keys: known, classes: override, in: "an Ultralytics model")
  let (scale, warning) = readScale(&reader)
  let warnings = keyWarnings + warning
  let scaling = ListScaling(
    depth: scale.depth, width: scale.width, greatestWidth: scale.greatestWidth, classCount: classes?.value.count)
  let inputChannels = reader.readExpression(reader["channels"] == nil ? "ch" : "channels")
  let activation = reader.readExpression("activation")
  var rows = readListRows(&reader, scaling: scaling, library: library)
  for index in rows.rows.indices where rows.rows[index].layer.block.value == "Detect" {
    rows.rows[index].layer.block.value = "UltralyticsDetect"
  }
  let model = ModelDeclaration(
    name: defaultModelName(of: yaml.range.file), dialect: .ultralytics, source: yaml.range.file,
    classes: classes ?? .unreadable(yaml.range), inputSize: nil, inputChannels: inputChannels, activation: activation,
    blocks: [], rows: rows.rows, repeatsRows: rows.repeatsRows,
    ambiguousClassNames: ambiguousClassNames(reader["nc"]), unread: rows.areWhole ? [] : [.values],
    faults: reader.faults)
  return Checked(model, warnings: warnings)
}

/// The multipliers of depth and width, and the maximum of a width before it is multiplied.
private struct UltralyticsScale {
  var depth = 1.0
  var width = 1.0
  var greatestWidth = Int.max
}

/// The multipliers of the selected scale, with a warning when none of several is selected.
private func readScale(_ reader: inout MappingReader) -> (UltralyticsScale, [Diagnostic]) {
  var plain = UltralyticsScale()
  plain.depth = reader.read("depth_multiple", readMultiple)?.value ?? 1
  plain.width = reader.read("width_multiple", readMultiple)?.value ?? 1
  guard let node = reader["scales"] else { return (plain, []) }
  let table = reader.faults.attempt { () throws(CompileFailure) in try MappingReader(node, of: "'scales'") }
  let letters = (table?.ordered ?? []).compactMap(\.key.text)
  guard let table, let first = letters.first else { return (plain, []) }

  var warnings: [Diagnostic] = []
  var letter = scaleLetter(inFileName: node.range.file.name).flatMap { letters.contains($0) ? $0 : nil }
  if let written = reader["scale"] {
    letter = written.text
    if let letter, !letters.contains(letter) {
      reader.faults.append(
        Diagnostic(
          .unknownName, "there is no scale '\(letter)'", at: written.range,
          notes: ["the scales are \(letters.joined(separator: ", "))"], help: didYouMean(letter, among: letters)))
      return (plain, [])
    }
  } else if letter == nil, letters.count > 1 {
    warnings = [
      Diagnostic(
        .missingKey, severity: .warning, "the file does not select one of its scales; '\(first)' is used",
        at: node.range,
        help: ["write scale: \(first), or add the letter to the file's name"])
    ]
  }
  guard let entry = table[letter ?? first] else { return (plain, warnings) }
  let scale = reader.faults.attempt { () throws(CompileFailure) -> UltralyticsScale in
    let items = try readList(entry, "a scale")
    guard (2...3).contains(items.count) else {
      throw CompileFailure(Diagnostic(.wrongKind, "a scale is [depth, width, widest]", at: entry.range))
    }
    var scale = UltralyticsScale(depth: try readMultiple(items[0]).value, width: try readMultiple(items[1]).value)
    if items.count == 3 { scale.greatestWidth = Int(min(try readMultiple(items[2]).value, 1e15)) }
    return scale
  }
  return (scale ?? plain, warnings)
}

/// The `s` of `yolov9s.yaml`: the letter after `yolo`, an optional `v`, and a number.
private func scaleLetter(inFileName name: String) -> String? {
  let base = name.split(separator: "/").last.map(String.init) ?? name
  guard let start = base.firstRange(of: "yolo") else { return nil }
  var rest = base[start.upperBound...]
  if rest.first == "v" { rest = rest.dropFirst() }
  let digits = rest.prefix { $0.isASCII && $0.isNumber }
  guard !digits.isEmpty else { return nil }
  return rest.dropFirst(digits.count).first.map(String.init)
}
