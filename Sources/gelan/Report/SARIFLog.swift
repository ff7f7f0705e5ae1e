import Diagnostics
import JSON

/// A log in the Static Analysis Results Interchange Format 2.1.0, which code scanners and editors read.
struct SARIFLog {
  /// The names of the files that were checked.
  let files: [String]
  /// What was found in all of them.
  let diagnostics: [Diagnostic]

  var json: JSONValue {
    let codes = DiagnosticCode.allCases.filter { code in diagnostics.contains { $0.code == code } }
    return [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
      "runs": [
        [
          "tool": ["driver": ["name": "gelan", "rules": .array(codes.map { Self.rule(of: Explanation($0)) })]],
          "columnKind": "unicodeCodePoints",
          "artifacts": .array(files.map { ["location": ["uri": .string(uri(of: $0))]] }),
          "results": .array(diagnostics.map { $0.sarif(ruleIndex: codes.firstIndex(of: $0.code) ?? 0) }),
        ]
      ],
    ]
  }

  private static func rule(of page: Explanation) -> JSONValue {
    [
      "id": .string(page.code.rawValue), "shortDescription": ["text": .string(page.title)],
      "help": ["text": .string(page.plainText), "markdown": .string(page.markdown)],
      "defaultConfiguration": ["level": .string(page.severity.rawValue)],
    ]
  }
}

extension Diagnostic {
  fileprivate func sarif(ruleIndex: Int) -> JSONValue {
    // What stands in the standard blocks is no file that a viewer could open; the text tells it.
    let related = secondary + trace.filter { !$0.range.file.name.hasPrefix("<") }
    var result: JSONObject = [
      "ruleId": .string(code.rawValue), "ruleIndex": .integer(ruleIndex), "level": .string(severity.rawValue),
      "message": ["text": .string(text())], "locations": [primary.sarif(id: nil)],
    ]
    if !related.isEmpty {
      result["relatedLocations"] = .array(related.enumerated().map { index, label in label.sarif(id: index) })
    }
    if !fixIts.isEmpty { result["fixes"] = .array(fixIts.map(\.sarif)) }
    return .object(result)
  }
}

extension Diagnostic.Label {
  fileprivate func sarif(id: Int?) -> JSONValue {
    var location: JSONObject = [
      "physicalLocation": ["artifactLocation": ["uri": .string(uri(of: range.file.name))], "region": range.sarif]
    ]
    if let id { location["id"] = .integer(id) }
    if !message.isEmpty { location["message"] = ["text": .string(message)] }
    return .object(location)
  }
}

extension Diagnostic.FixIt {
  fileprivate var sarif: JSONValue {
    var names: [String] = []
    for edit in edits where !names.contains(edit.range.file.name) { names.append(edit.range.file.name) }
    let changes = names.map { name -> JSONValue in
      let replacements = edits.filter { $0.range.file.name == name }.map { edit -> JSONValue in
        ["deletedRegion": edit.range.sarif, "insertedContent": ["text": .string(edit.text)]]
      }
      return ["artifactLocation": ["uri": .string(uri(of: name))], "replacements": .array(replacements)]
    }
    return ["description": ["text": .string(title)], "artifactChanges": .array(changes)]
  }
}

extension SourceRange {
  /// Lines and columns from 1, the end after the last character.
  fileprivate var sarif: JSONValue {
    [
      "startLine": .integer(startLine), "startColumn": .integer(startColumn), "endLine": .integer(endLine),
      "endColumn": .integer(endColumn), "byteOffset": .integer(lower), "byteLength": .integer(upper - lower),
    ]
  }
}

/// A path as a URI: relative paths stay relative, other characters than letters, digits and a few signs are escaped.
private func uri(of path: String) -> String {
  let kept = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
  let digits = Array("0123456789ABCDEF")
  let escaped = path.utf8.map { byte in
    kept.contains(byte) ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
  }
  return (path.hasPrefix("/") ? "file://" : "") + escaped.joined()
}
