import Compiler
import Diagnostics
import ModelSyntax

extension Command {
  static let schema = Command(
    name: "schema", summary: "print a JSON Schema of models, for editors", operands: "[FILE]", operandCount: 0...1,
    options: [],
    details: """
      Editors that understand JSON Schema complete and check a model as it is typed: sections, blocks, their arguments.
      With a FILE, the blocks that it defines and includes are known too, and no others. The schema is of the native dialect.

      example: gelan schema > gelan.schema.json
      """
  ) { arguments in
    guard let path = arguments.operands.first else {
      Terminal.print(ModelSchema(signatures: BlockLibrary.standard.signatures, isComplete: false).json.description)
      return
    }
    let source = try readSource(path)
    do throws(CompileFailure) {
      let model = try readModel(try parseYAML(source), library: .standard, loader: .files).value.refusingFaults()
      let signatures = BlockLibrary.standard.adding(model.blocks).signatures
      Terminal.print(ModelSchema(signatures: signatures, isComplete: true).json.description)
    } catch {
      Terminal.report(error.diagnostics)
      throw CommandFailure.input
    }
  }
}
