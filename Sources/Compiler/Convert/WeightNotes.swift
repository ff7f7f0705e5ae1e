import Diagnostics
import ModelSyntax

/// Comment lines that say where checkpoints of another implementation have the weights of a converted model's rows.
func weightNotes(_ model: ModelDeclaration, _ yaml: YAMLNode) -> [String] {
  let file = model.source.name.split(separator: "/").last.map(String.init) ?? model.source.name
  switch model.dialect {
  case .native, .list:
    return []
  case .ultralytics:
    return [
      "# From \(file) of Ultralytics. Weights keep their names: row 4 holds model.4 of the state dict of its",
      "# DetectionModel; a YOLO object adds another prefix 'model.'.",
    ]
  case .mit:
    let layers = (try? readMITLayers(yaml)) ?? []
    return [
      "# From \(file), in the dialect of the MIT-licensed YOLO. Where its state dict has the weights of these rows:"
    ] + layerNotes(layers) + [
      "# Inside a row, conv1 to conv5 there are cv1 to cv5 here (the conv of an AConv cv1), bottleneck is m. Inside a head,",
      "# heads.N.anchor_conv is N of the first branch, heads.N.class_conv N of the second, and heads.N.anc2vec.anc2vec the",
      "# dfl, which is the same for all N.",
    ]
  }
}

/// `rows 0 to 21: model.0 to model.21`, and the parts of the head's row.
private func layerNotes(_ layers: [MITLayer]) -> [String] {
  let layers = layers.sorted { $0.number < $1.number }
  let rows = layers.filter { !$0.isDetection }.map { $0.number - 1 }
  var notes: [String] = []
  var start = 0
  for index in rows.indices {
    let isLast = index + 1 == rows.count || rows[index + 1] != rows[index] + 1
    guard isLast else { continue }
    notes.append("#   rows \(start) to \(index): model.\(rows[start]) to model.\(rows[index])")
    start = index + 1
  }
  let heads = layers.filter(\.isDetection)
  let main = heads.count == 1 ? heads.first : heads.first { $0.tag?.value == "Main" }
  let ordered = heads.filter { $0.number != main?.number } + [main].compactMap { $0 }
  for (group, head) in ordered.enumerated() {
    let role = head.number == main?.number ? "main" : "auxiliary"
    let decoder = group == 0 ? "dfl" : "dfl\(group + 1)"
    notes.append(
      "#   row \(rows.count), \(role): model.\(head.number - 1), in cv\(2 * group + 2), cv\(2 * group + 3) and \(decoder)"
    )
  }
  return notes
}
