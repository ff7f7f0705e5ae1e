import Diagnostics

/// Runs the tool on the words of a command line; returns the exit status.
func runTool(_ words: [String]) -> Int32 {
  guard let name = words.first else {
    Terminal.note(Help.overview)
    return 2
  }
  if ["-h", "--help", "help"].contains(name) {
    guard words.count > 1, let command = Command.all.first(where: { $0.name == words[1] }) else {
      Terminal.print(Help.overview)
      return 0
    }
    Terminal.print(Help.text(for: command))
    return 0
  }
  guard let command = Command.all.first(where: { $0.name == name }) else {
    let hint = didYouMean(name, among: Command.all.map(\.name)).first.map { "; \($0)" } ?? ""
    Terminal.note("gelan: there is no command '\(name)'\(hint)\n'gelan --help' lists the commands")
    return 2
  }
  do {
    let arguments = try Arguments(words.dropFirst(), for: command)
    if arguments.wantsHelp {
      Terminal.print(Help.text(for: command))
    } else {
      try command.perform(arguments)
    }
    return 0
  } catch let failure as CommandFailure {
    switch failure {
    case .input: break
    case .message(let text), .file(let text): Terminal.note("gelan: \(text)")
    case .usage(let text): Terminal.note("gelan: \(text)\n\(Help.usage(of: command))")
    }
    return failure.status
  } catch {
    Terminal.note("gelan: internal error: \(error); please report this")
    return 70
  }
}
