extension ModelDeclaration {
  /// The model as it was understood: settings and rows in one line each, with everything written out that the list
  /// dialect leaves implicit.
  package var description: String {
    var lines = ["name: \(name)"]
    if !parameters.isEmpty {
      lines.append("parameters: {\(parameters.map { "\($0.name.value): \($0.value.description)" }.joined(separator: ", "))}")
    }
    switch classes.value {
    case .count(let count): lines.append("\(classCountName): \(count.description)")
    case .names(let names): lines.append("\(classCountName): [\(names.joined(separator: ", "))]")
    }
    if let sides = inputSize?.value { lines.append("input: [\(sides.map(\.description).joined(separator: ", "))]") }
    if let inputChannels { lines.append("channels: \(inputChannels.description)") }
    if let activation { lines.append("activation: \(activation.description)") }
    if !blocks.isEmpty { lines.append("blocks: \(blocks.map(\.name.value).joined(separator: ", "))") }
    var section: Section?
    for row in rows {
      if row.section != section {
        section = row.section
        lines += ["", "\(row.section.rawValue):"]
      }
      lines.append("  " + row.layer.description)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension LayerDeclaration {
  /// `name: [from, number, block, arguments]`.
  package var description: String {
    "\(name.value): [\(from.description), \(number.description), \(block.value), \(argumentText)]"
  }

  private var argumentText: String {
    if arguments.contains(where: { $0.label != nil }) {
      let pairs = arguments.map { "\($0.label?.value ?? "_"): \($0.value.description)" }
      return "{\(pairs.joined(separator: ", "))}"
    }
    return "[\(arguments.map(\.value.description).joined(separator: ", "))]"
  }
}
