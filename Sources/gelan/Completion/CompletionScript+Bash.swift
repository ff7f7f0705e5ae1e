extension CompletionScript {
  /// The script for bash.
  ///
  /// Where it offers nothing, bash offers file names.
  static var bash: String {
    """
    # Completion of gelan for bash: eval "$(gelan completions bash)"
    _gelan_parameters() {
      local word
      for word in "${COMP_WORDS[@]:2}"; do
        if [[ $word != -* && -f $word ]]; then "${COMP_WORDS[0]}" show "$word" --form parameters 2>/dev/null; fi
      done | sed -n 's/ = .*/=/p'
    }
    _gelan() {
      local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=
      # bash takes --format=json for three words.
      if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
      COMPREPLY=()
      if [[ $COMP_CWORD -eq 1 ]]; then
        words=\(names.shellQuoted)
      else
        case "${COMP_WORDS[1]} $previous" in
    \(optionCases.joined(separator: "\n"))
          *)
            case "${COMP_WORDS[1]} $word" in
    \(operandCases.joined(separator: "\n"))
            esac ;;
        esac
      fi
      if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); compopt +o default 2>/dev/null; fi
      return 0
    }
    complete -o default -F _gelan gelan
    """
  }

  private static var names: String { firstWords.map(\.name).joined(separator: " ") }

  /// What follows each option that takes a value.
  private static var optionCases: [String] {
    Command.all.flatMap { command in
      command.options.compactMap { option -> String? in
        let pattern = option.names.map { "\"\(command.name) \($0)\"" }.joined(separator: "|")
        switch option.values {
        case .words(let words): return "      \(pattern)) words=\(words.joined(separator: " ").shellQuoted) ;;"
        case .parameters:
          return "      \(pattern)) words=$(_gelan_parameters); compopt -o nospace +o default 2>/dev/null ;;"
        case .free: return "      \(pattern)) compopt +o default 2>/dev/null ;;"
        case .files: return "      \(pattern)) ;;"
        case nil: return nil
        }
      }
    }
  }

  /// The options of each command, and its operands.
  private static var operandCases: [String] {
    let commands = Command.all.flatMap { command -> [String] in
      let options = command.allOptions.flatMap(\.names).joined(separator: " ")
      let cases = ["          \"\(command.name) -\"*) words=\(options.shellQuoted) ;;"]
      guard case .words(let words) = command.operandValues else { return cases }
      return cases + ["          \"\(command.name) \"*) words=\(words.joined(separator: " ").shellQuoted) ;;"]
    }
    return commands + ["          \"help \"*) words=\(names.shellQuoted) ;;"]
  }
}
