import Compiler
import Diagnostics
import ModelIR
import Tensors

extension Command {
  static let check = Command(
    name: "check", summary: "check models: every name, argument and shape", operands: "FILE...",
    operandCount: 1...10_000,
    options: [
      .input,
      Option("--format", value: "text|json|sarif|github", help: "how to print what is found; text by default"),
      Option("--deny-warnings", help: "exit with 1 on warnings too"),
    ],
    details: """
      Every independent fault is reported in one run, in the order of the file. The other formats go to standard output:
      json is one object a line, sarif one log for code scanners and editors (SARIF 2.1.0), github the commands that make
      GitHub Actions show a fault beside its line.

      example: gelan check models-yaml/*.yaml
      """
  ) { arguments in
    let size = try arguments.inputSize()
    let format = try arguments.choice("--format") ?? "text"
    var found: [Diagnostic] = []
    var hasErrors = false
    var hasWarnings = false
    for path in arguments.operands {
      let source = try readSource(path)
      var diagnostics: [Diagnostic]
      do throws(CompileFailure) {
        let file = try ModelFile(source, input: size)
        diagnostics = file.warnings
      } catch {
        diagnostics = error.diagnostics
      }
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
