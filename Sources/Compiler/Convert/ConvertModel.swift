import Diagnostics
import ModelIR
import ModelSyntax

/// A failure of the converter: the converted text would be another model.
package struct ConversionFault: Error, CustomStringConvertible {
  package let description: String
}

/// Converts a model of another dialect to the native one; returns its text.
///
/// Rows keep their order, so that row 4 still has the weights of `model.4`; they get names and sections by their
/// function. Multipliers are multiplied out, arguments that equal defaults are omitted, and comments and the empty
/// lines between groups of rows are kept.
///
/// - Parameter graph: The elaborated graph of the model.
/// - Throws: `ConversionFault` when the converted text would not give the same graph.
package func convertModel(
  _ model: ModelDeclaration, _ yaml: YAMLNode, graph: Graph, library: BlockLibrary
) throws(ConversionFault) -> String {
  let text = NativeText(model, yaml, graph, library).text
  do {
    let source = SourceFile(name: model.source.name, text: text)
    let converted = try readModel(try parseYAML(source), library: library).value
    let size = InputSize(height: graph.inputHeight, width: graph.inputWidth)
    let again = try elaborate(converted, library: library, input: size)
    guard again.isSame(as: graph) else {
      throw ConversionFault(description: "converting \(model.source.name) would give another graph")
    }
    return try formatModel(try parseYAML(source))
  } catch let fault as ConversionFault {
    throw fault
  } catch {
    throw ConversionFault(description: "converting \(model.source.name) gives no model: \(error)\n\(text)")
  }
}

extension Graph {
  /// Whether two graphs compute the same with the same weights; rows may have other names.
  package func isSame(as other: Graph) -> Bool {
    nodes.count == other.nodes.count && outputs == other.outputs && classNames == other.classNames
      && zip(nodes, other.nodes).allSatisfy { mine, theirs in
        mine.op == theirs.op && mine.inputs == theirs.inputs && mine.type == theirs.type
          && mine.origin.row == theirs.origin.row
      }
  }
}

/// Writes a model in the native dialect, without layout.
private struct NativeText {
  let model: ModelDeclaration
  let library: BlockLibrary
  let facts: [RowFacts]
  let names: [String]
  let sections: [Section]
  let comments: RowComments
  let notes: [String]
  /// Names of the other dialect by their native names.
  let replacements: [String: Expression]

  init(_ model: ModelDeclaration, _ yaml: YAMLNode, _ graph: Graph, _ library: BlockLibrary) {
    self.model = model
    self.library = library.adding(model.blocks)
    facts = RowFacts.all(model, graph)
    let rows = RowNames(facts, blocks: model.rows.map(\.layer.block.value))
    names = rows.names
    sections = rows.sections
    comments = RowComments(yaml, rows: model.rows)
    notes = weightNotes(model, yaml)
    var replacements = model.constants
    for (name, word) in [("None", "none"), ("True", "true"), ("False", "false"), (model.classCountName, "classes")] {
      replacements[name] = Expression(.name(word), yaml.range)
    }
    self.replacements = replacements
  }

  var text: String {
    var lines = comments.head + (comments.head.isEmpty || notes.isEmpty ? [] : [""]) + notes
    lines.append("name: \(word(model.name))" + tail(comments.ofSetting["name"]))
    switch model.classes.value {
    case .count(let count): lines.append("classes: \(count.description)" + tail(comments.ofSetting["nc"]))
    case .names(let names):
      lines.append(
        "classes: [\(names.map { word($0.value) }.joined(separator: ", "))]" + tail(comments.ofSetting["nc"]))
    }
    if let sides = model.inputSize?.value { lines.append("input: [\(sides.map(\.flowText).joined(separator: ", "))]") }
    if let channels = model.inputChannels {
      lines.append(
        "channels: \(channels.description)" + tail(comments.ofSetting["ch"] ?? comments.ofSetting["channels"]))
    }
    if let activation = model.activation {
      lines.append("activation: \(short(activation))" + tail(comments.ofSetting["activation"]))
    }
    for (index, row) in model.rows.enumerated() {
      if index == 0 || sections[index] != sections[index - 1] {
        lines += [""] + (comments.aboveSection[index] ?? []) + ["\(sections[index].rawValue):"]
      } else {
        if comments.setOff.contains(index) { lines.append("") }
        lines += (comments.aboveSection[index] ?? []).map { "  " + $0 }
      }
      lines += (comments.above[index] ?? []).map { "  " + $0 }
      lines.append("  \(names[index]): [\(rowText(row.layer, index))]" + tail(comments.behind[index]))
    }
    return (lines + comments.foot).joined(separator: "\n") + "\n"
  }

  private func rowText(_ layer: LayerDeclaration, _ index: Int) -> String {
    let readsImage = facts[index].sources.allSatisfy { $0 == nil }
    return [
      from(layer, index), layer.number.replacing(replacements).flowText, layer.canonicalBlock(readsImage: readsImage),
      layer.canonicalArguments(library, replacing: replacements),
    ].joined(separator: ", ")
  }

  private func from(_ layer: LayerDeclaration, _ index: Int) -> String {
    func name(_ expression: Expression, _ source: Int?) -> String {
      // -1 is kept, as the usual source of a row that continues from the previous one.
      if expression.constantInteger == -1 || (index == 0 && source == nil) { return "-1" }
      return source.map { names[$0] } ?? "images"
    }
    guard case .list(let elements) = layer.from.kind else { return name(layer.from, facts[index].sources[0]) }
    return "[\(zip(elements, facts[index].sources).map(name).joined(separator: ", "))]"
  }

  private func tail(_ comment: String?) -> String { comment.map { "  " + $0 } ?? "" }

  /// `nn.ReLU()` as `ReLU`.
  private func short(_ activation: Expression) -> String {
    var text = activation.description
    for prefix in ["torch.nn.", "nn."] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
    return text.hasSuffix("()") ? String(text.dropLast(2)) : text
  }

  /// The text as a YAML scalar that is read as this text.
  private func word(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    let isRead = isPlain && !text.isEmpty && !text.hasPrefix("-") && !YAMLNode.nullWords.contains(text)
    return isRead ? text : quoted(text)
  }
}
