extension CompletionScript {
  /// The script for zsh: a file `_gelan` of the function path, or text to evaluate after `compinit`.
  static var zsh: String {
    """
    #compdef gelan
    # Completion of gelan for zsh: eval "$(gelan completions zsh)", or save as _gelan in a folder of $fpath.
    _gelan_commands() {
      local -a commands=(
    \(firstWords.map { "    " + "\($0.name):\($0.summary.escaped(":"))".shellQuoted }.joined(separator: "\n"))
      )
      _describe command commands
    }
    _gelan_parameters() {
      local word
      local -a names
      for word in ${words[2,-1]}; do
        [[ $word != -* && -f $word ]] && names+=(${${(f)"$(gelan show $word --form parameters 2>/dev/null)"}%% = *})
      done
      compadd -S = -a names
    }
    _gelan() {
      local context state state_descr line
      typeset -A opt_args
      _arguments -C '1: :_gelan_commands' '*::argument:->arguments'
      [[ $state == arguments ]] || return 0
      case $words[1] in
    \(Command.all.map(arm).joined(separator: "\n"))
        help) _arguments '1: :_gelan_commands' ;;
      esac
    }
    if [[ $funcstack[1] == _gelan ]]; then _gelan "$@"; else compdef _gelan gelan; fi
    """
  }

  private static func arm(of command: Command) -> String {
    var specifications = command.allOptions.map(specification)
    let operands = command.operands.escaped(":")
    switch command.operandValues {
    case .words(let words): specifications.append("1:\(operands):(\(words.joined(separator: " ")))".shellQuoted)
    case .files, .parameters, .free: specifications.append("*:\(operands):_files".shellQuoted)
    }
    let listed = specifications.map { " \\\n        \($0)" }.joined()
    return "    \(command.name))\n      _arguments\(listed) ;;"
  }

  /// `'(-o --output)'{-o,--output}'[the file to write]:PLAN:_files'`.
  private static func specification(of option: Command.Option) -> String {
    var text = "[\(option.summary.escaped("[]"))]"
    if let value = option.value {
      text += ":\(value.escaped(":")):"
      switch option.values {
      case .words(let words): text += "(\(words.joined(separator: " ")))"
      case .files: text += "_files"
      case .parameters: text += "_gelan_parameters"
      case .free, nil: text += " "
      }
    }
    guard option.names.count > 1 else { return "\(option.names[0])\(text)".shellQuoted }
    let names = option.names.joined(separator: " ")
    return "(\(names))".shellQuoted + "{\(option.names.joined(separator: ","))}" + text.shellQuoted
  }
}

extension String {
  /// The text with a backslash before each of `characters`.
  fileprivate func escaped(_ characters: String) -> String {
    reduce(into: "") { text, character in text += characters.contains(character) ? "\\\(character)" : "\(character)" }
  }
}
