import Diagnostics

extension Diagnostic {
  /// The diagnostic as a workflow command: GitHub Actions shows it beside the line, in the pull request that it came with.
  var workflowCommand: String {
    let range = primary.range
    var properties = [("file", range.file.name), ("line", String(range.startLine))]
    // GitHub takes columns only where they are of one line.
    if range.endLine == range.startLine {
      properties += [("col", String(range.startColumn)), ("endColumn", String(range.endColumn))]
    } else {
      properties.append(("endLine", String(range.endLine)))
    }
    properties.append(("title", code.rawValue))
    let written = properties.map { "\($0.0)=\($0.1.escapedForWorkflow(isProperty: true))" }.joined(separator: ",")
    // An annotation is one text at one place, so the other places are told in words.
    let text = text(labels: secondary.filter { !$0.message.isEmpty })
    return "::\(severity.rawValue) \(written)::\(text.escapedForWorkflow(isProperty: false))"
  }

  /// The message and all that is known beside it, for programs that show one text at one place.
  ///
  /// - Parameter labels: other places to tell of, which the program cannot show.
  func text(labels: [Label] = []) -> String {
    var lines = [primary.message.isEmpty ? message : "\(message): \(primary.message)"]
    lines += labels.map(\.messageWithPlace)
    lines += trace.map { "trace: \($0.messageWithPlace)" }
    lines += notes.map { "note: \($0)" }
    lines += (help + fixIts.map(\.title)).map { "help: \($0)" }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// The text with the characters replaced that would end a value or the command.
  fileprivate func escapedForWorkflow(isProperty: Bool) -> String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "%": text += "%25"
      case "\r": text += "%0D"
      case "\n": text += "%0A"
      case ":" where isProperty: text += "%3A"
      case "," where isProperty: text += "%2C"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
