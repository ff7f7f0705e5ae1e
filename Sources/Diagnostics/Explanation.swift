/// The page about a diagnostic code: what it means, why it matters, a model that triggers it and the same model
/// corrected.
package struct Explanation: Sendable {
  /// The topic of a code, in the order in which a model is checked.
  package enum Topic: String, Sendable, CaseIterable {
    case yaml = "the file as YAML"
    case model = "the file as a model"
    case names = "names and arguments"
    case shapes = "values and shapes"
    case suspicious = "legal but suspicious"
  }

  package let code: DiagnosticCode
  package let topic: Topic
  package let severity: Diagnostic.Severity
  /// The title in one line, without a full stop.
  package let title: String
  /// What the code means and why it matters, as Markdown.
  package let text: String
  /// A complete model that triggers this code and no other.
  package let failing: String
  /// The same model, corrected.
  package let corrected: String

  package init(_ code: DiagnosticCode) {
    let page = code.page
    self.code = code
    topic = page.topic
    let markdown = String(decoding: page.markdown, as: UTF8.self)
    let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let heading = lines.first ?? ""
    severity = heading.hasPrefix("# warning[") ? .warning : .error
    let prefix = "# \(severity.rawValue)[\(code.rawValue)]: "
    title = heading.hasPrefix(prefix) ? String(heading.dropFirst(prefix.count)) : ""
    text = lines.dropFirst().prefix { $0 != "## Fails" }.joined(separator: "\n").trimmingNewlines
    failing = Self.example(in: lines, under: "## Fails")
    corrected = Self.example(in: lines, under: "## Corrected")
  }

  /// How to suppress the warning; `nil` for an error.
  package var silencing: String? {
    guard severity == .warning else { return nil }
    let comment = "# gelan: allow(\(code.rawValue))"
    return "Where it is intended, suppress it: write `\(comment)` at the end of the line or alone on the line above."
  }

  /// The page as Markdown, for programs that show Markdown.
  package var markdown: String {
    """
    # \(severity.rawValue)[\(code.rawValue)]: \(title)

    \(text)

    ## Fails

    ```yaml
    \(failing)```

    ## Corrected

    ```yaml
    \(corrected)```

    """ + (silencing.map { "\n\($0)\n" } ?? "")
  }

  /// The page as plain text for a terminal: examples indented, quotes in place of back-ticks.
  package var plainText: String {
    func plain(_ text: String) -> String { String(text.map { $0 == "`" ? "'" : $0 }) }
    func indented(_ text: String) -> String {
      text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }
    let parts = [
      "\(severity.rawValue)[\(code.rawValue)]: \(title)", plain(text), "This is reported:", indented(failing),
      "This is not:", indented(corrected), silencing.map(plain),
    ]
    return parts.compactMap(\.self).joined(separator: "\n\n")
  }

  /// The lines of the first fenced example under a heading.
  private static func example(in lines: [String], under heading: String) -> String {
    lines.drop { $0 != heading }.drop { !$0.hasPrefix("```") }.dropFirst().prefix { !$0.hasPrefix("```") }
      .map { $0 + "\n" }.joined()
  }
}

extension String {
  fileprivate var trimmingNewlines: String {
    let start = drop { $0 == "\n" }
    return String(start.reversed().drop { $0 == "\n" }.reversed())
  }
}
