import Diagnostics

/// A layer in the dialect of the MIT-licensed YOLO: `Module: {args: …, source: …, tags: …, output: …}`.
package struct MITLayer: Sendable {
  /// Layers count from 1; 0 is the image.
  package var number: Int
  package var section: String
  package var module: Spanned<String>
  var source: YAMLNode?
  /// Arguments by name; a nested argument has a dotted name, such as `csp_args.repeat_num`.
  var arguments: [(name: Spanned<String>, value: YAMLNode)]
  var argumentsRange: SourceRange
  package var tag: Spanned<String>?
  package var range: SourceRange
  /// Whether the layer could not be read, so that its tag may be unknown too.
  var isFaulty = false

  package var isDetection: Bool { module.value == "MultiheadDetection" }
}

/// The layers of all sections of a model in the dialect of the MIT-licensed YOLO, in order.
package func readMITLayers(_ yaml: YAMLNode) throws(CompileFailure) -> [MITLayer] {
  var reader = try MappingReader(yaml, of: "a model")
  let layers = readMITLayers(&reader)
  if !reader.faults.isEmpty { throw CompileFailure(reader.faults) }
  return layers
}

/// Reads the layers, faulty ones included; sections that could not be read contribute none.
func readMITLayers(_ reader: inout MappingReader) -> [MITLayer] {
  let sections = reader.read("model") { (node) throws(CompileFailure) in try MappingReader(node, of: "'model'") }
  reader.faults += sections?.faults ?? []
  var layers: [MITLayer] = []
  for section in sections?.ordered ?? [] where !section.value.isNull {
    let name = section.key.text ?? ""
    let items = reader.faults.attempt { () throws(CompileFailure) in
      try readList(section.value, "the section '\(name)'")
    }
    for item in items ?? [] {
      let number = layers.count + 1
      let layer = reader.faults.attempt { () throws(CompileFailure) in
        try readMITLayer(item, number: number, section: name)
      }
      layers.append(
        layer
          ?? MITLayer(
            number: number, section: name, module: Spanned("", item.range), arguments: [], argumentsRange: item.range,
            range: item.range, isFaulty: true))
    }
    // The indices of later layers differ from those that the file uses.
    if items == nil { return [] }
  }
  if layers.isEmpty, reader.faults.isEmpty {
    reader.faults.append(Diagnostic(.missingKey, "the model has no layers", at: reader.range))
  }
  return layers
}

private func readMITLayer(_ node: YAMLNode, number: Int, section: String) throws(CompileFailure) -> MITLayer {
  guard case .mapping(let entries) = node.kind, let entry = entries.first, entries.count == 1 else {
    throw CompileFailure(
      Diagnostic(
        .wrongKind, "a layer is one module's name with its settings, and this is \(node.description)", at: node.range,
        help: ["write Conv: {args: {out_channels: 64, kernel_size: 3}}"]))
  }
  let module = try readWord(entry.key, "a module's name")
  var layer = MITLayer(
    number: number, section: section, module: module, arguments: [], argumentsRange: module.range,
    range: module.range.union(node.range))
  if entry.value.isNull { return layer }
  var reader = try MappingReader(entry.value, of: "a layer")
  _ = reader.refuseKeys(except: ["args", "source", "tags", "output"], in: "a layer")
  layer.source = reader["source"]
  layer.tag = reader.read("tags") { (node) throws(CompileFailure) in try readWord(node, "a tag") }
  let arguments = reader.read("args") { (node) throws(CompileFailure) in
    node.isNull ? [] : try flattenedArguments(node, prefix: "")
  }
  if let arguments { layer.arguments = arguments }
  if let range = reader["args"]?.range { layer.argumentsRange = range }
  if !reader.faults.isEmpty { throw CompileFailure(reader.faults) }
  return layer
}

private func flattenedArguments(
  _ node: YAMLNode, prefix: String
) throws(CompileFailure) -> [(name: Spanned<String>, value: YAMLNode)] {
  var arguments: [(name: Spanned<String>, value: YAMLNode)] = []
  let reader = try MappingReader(node, of: "the arguments")
  if !reader.faults.isEmpty { throw CompileFailure(reader.faults) }
  for entry in reader.ordered {
    let name = try readWord(entry.key, "an argument's name")
    if case .mapping = entry.value.kind {
      arguments += try flattenedArguments(entry.value, prefix: prefix + name.value + ".")
    } else {
      arguments.append((Spanned(prefix + name.value, name.range), entry.value))
    }
  }
  return arguments
}
