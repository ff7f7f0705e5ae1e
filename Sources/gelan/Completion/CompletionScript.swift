import Compiler
import Diagnostics
import ModelSyntax

/// Scripts that complete the words of a call in a shell, made of the table of commands.
enum CompletionScript {
  /// The shells, and what makes the script of each.
  static let all: [String: @Sendable () -> String] = ["bash": { bash }, "zsh": { zsh }, "fish": { fish }]

  /// The words that can follow `gelan`, each with its summary.
  static var firstWords: [(name: String, summary: String)] {
    Command.all.map { ($0.name, $0.summary) } + [("help", "show the help of a command")]
  }

  /// What can stand at a place of the call.
  enum Values {
    case files
    case words([String])
    /// `NAME=VALUE` for a parameter of the model that the call names.
    case parameters
    /// A number or a size, which nobody can complete.
    case free
  }
}

extension Command {
  /// The options of the command, help among them.
  var allOptions: [Option] { options + [Command.help] }

  /// What its operands are.
  var operandValues: CompletionScript.Values {
    switch operands {
    case "[CODE]": .words(DiagnosticCode.allCases.map(\.rawValue))
    case "[NAME]": .words(BlockLibrary.standard.signatures.map(\.name))
    case operands.lowercased(): .words(operands.split(separator: "|").map(String.init))
    default: .files
    }
  }
}

extension Command.Option {
  /// What its value is; nothing for a flag.
  var values: CompletionScript.Values? {
    guard let value else { return nil }
    if let choices { return .words(choices) }
    if value.hasPrefix("NAME=") { return .parameters }
    return ["FILE", "PLAN", "DIR"].contains(value) ? .files : .free
  }
}

extension String {
  /// The text in single quotes, as bash and zsh read it.
  var shellQuoted: String {
    "'\(split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}
