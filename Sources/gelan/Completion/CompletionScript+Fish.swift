extension CompletionScript {
  /// The script for fish.
  static var fish: String {
    var lines = [
      "# Completion of gelan for fish: gelan completions fish | source",
      """
      function __gelan_parameters
        for word in (commandline -opc)[3..]
          test -f $word; and gelan show $word --form parameters 2>/dev/null | string replace -r ' = .*' '='
        end
      end
      """,
      "complete -c gelan -f",
    ]
    lines += firstWords.map { "complete -c gelan -n __fish_use_subcommand -a \($0.name) -d \($0.summary.fishQuoted)" }
    for command in Command.all {
      let start = "complete -c gelan -n '__fish_seen_subcommand_from \(command.name)'"
      lines += command.allOptions.map { start + words(for: $0) + " -d \($0.summary.fishQuoted)" }
      switch command.operandValues {
      case .words(let words): lines.append("\(start) -a \(words.joined(separator: " ").fishQuoted)")
      case .files, .parameters, .free: lines.append("\(start) -F")
      }
    }
    let names = Command.all.map(\.name).joined(separator: " ")
    lines.append("complete -c gelan -n '__fish_seen_subcommand_from help' -a \(names.fishQuoted)")
    return lines.joined(separator: "\n")
  }

  private static func words(for option: Command.Option) -> String {
    let names = option.names.map { $0.hasPrefix("--") ? " -l \($0.dropFirst(2))" : " -s \($0.dropFirst())" }.joined()
    switch option.values {
    case nil: return names
    case .words(let words): return names + " -x -a \(words.joined(separator: " ").fishQuoted)"
    case .files: return names + " -r -F"
    case .parameters: return names + " -x -a '(__gelan_parameters)'"
    case .free: return names + " -x"
    }
  }
}

extension String {
  /// The text in single quotes, as fish reads it.
  fileprivate var fishQuoted: String {
    let escaped = reduce(into: "") { text, character in
      text += "\\'".contains(character) ? "\\\(character)" : "\(character)"
    }
    return "'\(escaped)'"
  }
}
