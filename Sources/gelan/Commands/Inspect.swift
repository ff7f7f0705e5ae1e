import GelanCompiler
import JSON
import PyTorch
import Tensors

extension Command {
  static let inspect = Command(
    name: "inspect", summary: "list what a checkpoint, a safetensors file or a plan holds", operands: "FILE",
    operandCount: 1...1, options: [.checkpointKey, .json],
    details: """
      Shows the tensors with their types and shapes, and what is recorded beside them: classes, strides, epoch, date, the
      file that the model was trained from. Nothing of a checkpoint is run.

      example: gelan inspect best.pt
      """
  ) { arguments in
    let content = try openCheckpoint(arguments.operands[0], arguments)
    Terminal.print(arguments.isSet("--json") ? content.json.description : content.text.withoutControlCharacters)
  }
}

extension CheckpointContent {
  /// Whether normalisations are there as training has them, or folded into the convolutions; nothing without either.
  private var form: String? {
    if tensors.contains(where: { $0.name.hasSuffix(".running_var") }) { return "training" }
    return tensors.contains { $0.name.hasSuffix(".conv.bias") } ? "fused" : nil
  }

  /// The numbers of the rows that have tensors: `model.<number>.…`.
  private var rows: ClosedRange<Int>? {
    let numbers = tensors.compactMap { entry -> Int? in
      let parts = entry.name.split(separator: ".", maxSplits: 2)
      return parts.count > 2 && parts[0] == "model" ? Int(parts[1]) : nil
    }
    guard let first = numbers.min(), let last = numbers.max() else { return nil }
    return first...last
  }

  private var elementCount: Int { tensors.reduce(0) { $0 &+ $1.count } }

  fileprivate var text: String {
    var lines = ["\(path): \(format)"]
    func add(_ title: String, _ value: String?) {
      if let value { lines.append("  \((title + ":").padded(to: 13)) \(value)") }
    }
    add("models", keys.isEmpty ? nil : keys.map { $0 == key ? "\($0) (shown)" : $0 }.joined(separator: ", "))
    let names = facts.classNames.isEmpty ? "" : ": " + facts.classNames.joined(separator: ", ")
    add("classes", facts.classCount.map { "\($0)\(names)" })
    add(
      "strides",
      facts.strides.isEmpty
        ? nil : facts.strides.map { $0 == $0.rounded() ? decimal($0, places: 0) : "\($0)" }.joined(separator: ", "))
    add("trained from", facts.model)
    add("class", facts.writer)
    add("epoch", facts.epoch.map(String.init))
    add("date", facts.date)
    switch form {
    case "training"?: add("form", "training: normalisations are tensors of their own")
    case "fused"?: add("form", "fused: normalisations are folded into convolutions")
    default: break
    }
    add("rows", rows.map { "\($0.lowerBound) to \($0.upperBound)" })
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where facts.metadata[key] == nil {
      add(key, value.utf8.count > 200 || value.contains("\n") ? "(\(grouped(value.utf8.count)) bytes)" : value)
    }
    let types = Dictionary(grouping: tensors) { $0.type.safetensorsName }
    let summary = types.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
    add("tensors", "\(grouped(tensors.count)) (\(summary)), \(grouped(elementCount)) numbers")
    let (nameWidth, typeWidth) = (tensors.map(\.name.count).max() ?? 0, types.keys.map(\.count).max() ?? 0)
    for entry in tensors {
      let name = entry.name.padded(to: min(nameWidth, 80))
      lines.append("\(name)  \(entry.type.safetensorsName.padded(to: typeWidth))  \(entry.shape.dimensions)")
    }
    return lines.joined(separator: "\n")
  }

  fileprivate var json: JSONValue {
    func orNull<Value>(_ value: Value?, _ json: (Value) -> JSONValue) -> JSONValue { value.map(json) ?? .null }
    return [
      "schema": 1, "file": .string(path), "format": .string(format), "keys": .array(keys.map(JSONValue.string)),
      "key": orNull(key, JSONValue.string), "classes": .array(facts.classNames.map(JSONValue.string)),
      "classCount": orNull(facts.classCount, JSONValue.integer),
      "strides": .array(facts.strides.map(JSONValue.number)), "epoch": orNull(facts.epoch, JSONValue.integer),
      "date": orNull(facts.date, JSONValue.string), "model": orNull(facts.model, JSONValue.string),
      "writer": orNull(facts.writer, JSONValue.string), "form": orNull(form, JSONValue.string),
      "metadata": .object(JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
      "elements": .integer(elementCount),
      "tensors": .array(
        tensors.map { entry in
          [
            "name": .string(entry.name), "type": .string(entry.type.safetensorsName),
            "shape": .array(entry.shape.map(JSONValue.integer)),
          ]
        }),
    ]
  }
}
