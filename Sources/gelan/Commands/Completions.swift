extension Command {
  static let completions = Command(
    name: "completions", summary: "print a script that completes gelan's words in a shell", operands: "bash|zsh|fish",
    operandCount: 1...1, options: [],
    details: """
      bash  in ~/.bashrc:                    eval "$(gelan completions bash)"
      zsh   in ~/.zshrc, after compinit:     eval "$(gelan completions zsh)"
      fish  in ~/.config/fish/config.fish:   gelan completions fish | source

      example: gelan completions zsh > ~/.zfunc/_gelan
      """
  ) { arguments in
    let shell = arguments.operands[0]
    guard let script = CompletionScript.all[shell] else {
      let known = CompletionScript.all.keys.sorted()
      throw CommandFailure.usage("there are completions for \(known.joined(separator: ", ")), not for '\(shell)'")
    }
    Terminal.print(script())
  }
}
