import Diagnostics
import JSON

extension Diagnostic {
  /// The diagnostic as the object that `check --format json` prints.
  var json: JSONValue {
    var labels: [JSONValue] = primary.message.isEmpty ? [] : [primary.json]
    labels += secondary.map(\.json)
    return [
      "schema": 1, "file": .string(primary.range.file.name), "severity": .string(severity.rawValue),
      "code": .string(code.rawValue), "message": .string(message), "range": primary.range.json,
      "labels": .array(labels),
      "notes": .array((trace.map(\.messageWithPlace) + notes + help).map { .string($0) }),
      "fixIts": .array(
        fixIts.map { fixIt in
          [
            "title": .string(fixIt.title), "certain": .boolean(fixIt.isSafe),
            "edits": .array(fixIt.edits.map { ["range": $0.range.json, "text": .string($0.text)] }),
          ]
        }),
    ]
  }
}

extension Diagnostic.Label {
  /// The message and where it applies, for programs that show a text at another place.
  var messageWithPlace: String { "\(message) (\(range.file.name):\(range.startLine):\(range.startColumn))" }

  fileprivate var json: JSONValue { ["range": range.json, "message": .string(message)] }
}

extension SourceRange {
  fileprivate var json: JSONValue {
    func place(_ offset: Int) -> JSONValue {
      ["line": .integer(file.line(at: offset)), "column": .integer(file.column(at: offset)), "byte": .integer(offset)]
    }
    return ["start": place(lower), "end": place(upper)]
  }
}
