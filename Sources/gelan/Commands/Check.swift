import Compiler
import Diagnostics
import ModelIR
import Tensors

extension Command {
  static let check = Command(
    name: "check", summary: "check models: every name, argument and shape", operands: "FILE...", operandCount: 1...10_000,
    options: [
      .input, .set, Option("--format", value: "text|json", help: "how to print what is found; text by default"),
      Option("--deny-warnings", help: "exit with 1 on warnings too"),
    ],
    details: """
      Every independent fault is reported in one run, in the order of the file. With --format json each is one JSON
      object on a line of standard output.

      example: gelan check models-yaml/*.yaml
      """
  ) { arguments in
    let size = try arguments.inputSize()
    let settings = try arguments.settings()
    let isJSON = try arguments.choice("--format", of: ["text", "json"]) == "json"
    var hasErrors = false
    var hasWarnings = false
    for path in arguments.operands {
      let source = try readSource(path)
      var diagnostics: [Diagnostic]
      do throws(CompileFailure) {
        let file = try ModelFile(source, input: size, settings: settings)
        diagnostics = file.warnings
      } catch {
        try settings.refuse(error)
        diagnostics = error.diagnostics
      }
      hasErrors = hasErrors || diagnostics.contains { $0.severity == .error }
      hasWarnings = hasWarnings || diagnostics.contains { $0.severity == .warning }
      if isJSON {
        for diagnostic in diagnostics { Terminal.print(diagnostic.json.description) }
      } else {
        Terminal.report(diagnostics)
      }
    }
    if hasErrors || (hasWarnings && arguments.isSet("--deny-warnings")) { throw CommandFailure.input }
    if !isJSON, !hasWarnings {
      let count = arguments.operands.count
      Terminal.note(count == 1 ? "\(arguments.operands[0]): no faults" : "\(count) models, no faults")
    }
  }
}
