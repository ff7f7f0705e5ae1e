import Compiler
import Diagnostics
import ModelIR
import Tensors

extension Command {
  static let check = Command(
    name: "check", summary: "check models: every name, argument and shape", operands: "FILE...",
    operandCount: 1...10_000,
    options: [
      .input, .set,
      Option("--format", value: "text|json|sarif|github", help: "how to print what is found; text by default"),
      Option("--deny-warnings", help: "exit with 1 on warnings too"),
      Option("--fix", help: "apply the fixes that are certain, and show them"),
      Option("--watch", help: "check again on every save, and show what changed"),
    ],
    details: """
      Every independent fault is reported in one run, in the order of the file. The other formats go to standard output:
      json is one object a line, sarif one log for code scanners and editors (SARIF 2.1.0), github the commands that make
      GitHub Actions show a fault beside its line. A warning that is meant is silenced in the file, by the comment
      '# gelan: allow(code)' at the end of its line or on the line above.

      example: gelan check models-yaml/*.yaml
      """
  ) { arguments in
    let size = try arguments.inputSize()
    let settings = try arguments.settings()
    let format = try arguments.choice("--format") ?? "text"
    if arguments.isSet("--watch") {
      guard format == "text", !arguments.isSet("--fix") else {
        throw CommandFailure.usage("--watch prints text and changes no files; leave out --format and --fix")
      }
      watch(arguments.operands, input: size, settings: settings)
    }
    var found: [Diagnostic] = []
    var hasErrors = false
    var hasWarnings = false
    for path in arguments.operands {
      var source = try readSource(path)
      if arguments.isSet("--fix") { source = try applySafeFixes(to: source, input: size, settings: settings) }
      let diagnostics = try diagnose(source, input: size, settings: settings)
      hasErrors = hasErrors || diagnostics.contains { $0.severity == .error }
      hasWarnings = hasWarnings || diagnostics.contains { $0.severity == .warning }
      switch format {
      case "json": for diagnostic in diagnostics { Terminal.print(diagnostic.json.description) }
      case "github": for diagnostic in diagnostics { Terminal.print(diagnostic.workflowCommand) }
      case "sarif": found += diagnostics
      default: Terminal.report(diagnostics)
      }
    }
    if format == "sarif" {
      Terminal.print(SARIFLog(files: arguments.operands, diagnostics: found).json.description)
    }
    if hasErrors || (hasWarnings && arguments.isSet("--deny-warnings")) { throw CommandFailure.input }
    if format == "text", !hasWarnings {
      let count = arguments.operands.count
      Terminal.note(count == 1 ? "\(arguments.operands[0]): no faults" : "\(count) models, no faults")
    }
  }
}
