import Diagnostics
import GelanCompiler

/// Runs the tool on the words of a command line; returns the exit status.
func runTool(_ words: [String]) -> Int32 {
  guard let name = words.first else {
    Terminal.note(Help.overview)
    return 2
  }
  let isAboutAll = ["-h", "--help", "help"].contains(name == "help" && words.count > 1 ? words[1] : name)
  if isAboutAll {
    Terminal.print(Help.overview)
    return 0
  }
  let wanted = name == "help" ? words[1] : name
  if name == "--version" {
    Terminal.print("gelan \(compilerVersion)")
    return 0
  }
  guard let command = Command.all.first(where: { $0.name == wanted }) else {
    let hint = didYouMean(wanted, among: Command.all.map(\.name)).first.map { "; \($0)" } ?? ""
    Terminal.note("gelan: there is no command '\(wanted)'\(hint)\n'gelan --help' lists the commands")
    return 2
  }
  if name == "help" {
    Terminal.print(Help.text(for: command))
    return 0
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
    case .message(let text), .file(let text): Terminal.note("gelan: \(text.withoutControlCharacters)")
    case .usage(let text): Terminal.note("gelan: \(text.withoutControlCharacters)\n\(Help.usage(of: command))")
    }
    return failure.status
  } catch {
    Terminal.note("gelan: internal error: \(error); please report this")
    return 70
  }
}
