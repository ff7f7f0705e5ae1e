/// The page about a diagnostic code: what it means, why it matters, a model that shows it and the same model mended.
package struct Explanation: Sendable {
  /// What a code is about, in the order in which a model is examined.
  package enum Topic: String, Sendable, CaseIterable {
    case yaml = "the file as YAML"
    case model = "the file as a model"
    case names = "names and arguments"
    case shapes = "values and shapes"
    case doubts = "what is legal and suspicious"
  }

  package let code: DiagnosticCode
  package let topic: Topic
  package let severity: Diagnostic.Severity
  /// What is wrong, in one line without a full stop.
  package let title: String
  /// What it means and why it matters, as Markdown.
  package let text: String
  /// A whole model that shows this fault and no other.
  package let failing: String
  /// The model without the fault.
  package let mended: String

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
    mended = Self.example(in: lines, under: "## Mended")
  }

  /// How to have a warning left out; nothing for an error.
  package var silencing: String? {
    guard severity == .warning else { return nil }
    let comment = "# gelan: allow(\(code.rawValue))"
    return "Where it is meant, write `\(comment)` at the end of the line or alone on the line above."
  }

  /// The page as Markdown, for programs that show Markdown.
  package var markdown: String {
    """
    # \(severity.rawValue)[\(code.rawValue)]: \(title)

    \(text)

    ## Fails

    ```yaml
    \(failing)```

    ## Mended

    ```yaml
    \(mended)```

    """ + (silencing.map { "\n\($0)\n" } ?? "")
  }

  /// The page as a terminal shows it: examples indented, quotes in place of back-ticks.
  package var plainText: String {
    func plain(_ text: String) -> String { String(text.map { $0 == "`" ? "'" : $0 }) }
    func indented(_ text: String) -> String {
      text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }
    let parts = [
      "\(severity.rawValue)[\(code.rawValue)]: \(title)", plain(text), "This is reported:", indented(failing),
      "This is not:", indented(mended), silencing.map(plain),
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
