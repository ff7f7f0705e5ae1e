import Compiler
import JSON

extension ModelDifference {
  /// The comparison as the object that `diff --json` prints.
  ///
  /// Costs are what B has more than A.
  func json(_ fileOfA: ComparedFile, _ fileOfB: ComparedFile) -> JSONValue {
    [
      "schema": 1, "a": Self.model(a, fileOfA), "b": Self.model(b, fileOfB), "same": .boolean(isEmpty),
      "matched": .string(isMatchedByName ? "name" : "content"),
      "rows": .array(rows.map(\.json)),
      "sections": .array(
        sections.map { section in ["section": .string(section.name), "difference": section.costs.json] }),
      "difference": total.json, "weights": weights.json,
    ]
  }

  private static func model(_ report: ModelReport, _ file: ComparedFile) -> JSONValue {
    var object = JSONObject([
      ("file", .string(file.path)), ("set", file.settings.json), ("name", .string(report.name)),
      ("rows", .integer(report.rows.count)),
    ])
    for (key, value) in Costs(report).forms { object[key] = value.json }
    return .object(object)
  }
}

extension ModelDifference.RowDifference {
  /// In words for scripts: `same`, `changed`, `added` to B or `removed` from A.
  var kind: String {
    if a == nil { return "added" }
    if b == nil { return "removed" }
    return isSame ? "same" : "changed"
  }

  fileprivate var json: JSONValue {
    let row = (b ?? a)?.row
    return [
      "kind": .string(kind), "a": a.map { .integer($0.index) } ?? .null, "b": b.map { .integer($0.index) } ?? .null,
      "name": .string(row?.name ?? ""), "section": .string(row?.section ?? ""), "block": .string(row?.block ?? ""),
      "changes": .array(
        changes.map { ["field": .string($0.field.rawValue), "a": .string($0.a), "b": .string($0.b)] }),
      "difference": costs.json,
    ]
  }
}

extension ModelDifference.Costs {
  /// The three forms by the names that `info --json` gives them.
  var forms: [(String, ModelReport.Cost)] {
    [("training", training), ("stripped", stripped), ("inference", inference)]
  }

  fileprivate var json: JSONValue { .object(JSONObject(forms.map { ($0, $1.json) })) }
}

extension WeightTransfer {
  fileprivate var json: JSONValue {
    func range(_ range: ClosedRange<Int>) -> JSONValue {
      .array([.integer(range.lowerBound), .integer(range.upperBound)])
    }
    var renamedTensors = renamed.object
    renamedTensors["oldNames"] = .array(oldNames.map { .string($0) })
    return [
      "sameName": sameName.json, "renamed": .object(renamedTensors), "reshaped": reshaped.json, "new": added.json,
      "unused": unused.json, "mistaken": mistaken.json,
      "renumbering": .array(renumbering.map { ["a": range($0.a), "b": range($0.b)] }),
    ]
  }
}

extension WeightTransfer.Group {
  fileprivate var json: JSONValue { .object(object) }

  fileprivate var object: JSONObject {
    JSONObject([
      ("count", .integer(names.count)), ("elements", .integer(elements)), ("names", .array(names.map { .string($0) })),
    ])
  }
}
