import Compiler
import JSON

extension ModelReport {
  /// The report as the object that `info --json` prints.
  var json: JSONValue {
    let indices = Dictionary(rows.map { ($0.row.name, $0.index) }) { first, _ in first }
    return [
      "schema": 1, "name": .string(name),
      "input": .array([1, .integer(inputChannels), .integer(inputHeight), .integer(inputWidth)]),
      "classes": .integer(classNames.count),
      "strides": .array(strides.map { stride in Int(exactly: stride).map { .integer($0) } ?? .number(stride) }),
      "training": training.json, "stripped": stripped.json, "inference": inference.json,
      "rows": .array(
        rows.map { row in
          let shapes = row.shapes.map { JSONValue.array($0.map { .integer($0) }) }
          return [
            "index": .integer(row.index), "name": .string(row.row.name), "section": .string(row.row.section),
            "block": .string(row.row.block), "from": .array(row.row.from.map { Self.source($0, indices) }),
            "branch": .string(row.branch.rawValue), "parameters": .integer(row.training.parameters),
            "inferenceParameters": .integer(row.inference.parameters), "flops": .integer(row.training.flops),
            "output": shapes.count == 1 ? shapes[0] : .array(shapes),
          ]
        }),
    ]
  }

  /// A source as scripts read it: the index of a row, absolute or, as it was written, relative.
  private static func source(_ text: String, _ indices: [String: Int]) -> JSONValue {
    if let number = Int(text) { return .integer(number) }
    if let index = indices[text] { return .integer(index) }
    return .string(text)
  }
}

extension ModelReport.Cost {
  var json: JSONValue { ["parameters": .integer(parameters), "flops": .integer(flops)] }
}
