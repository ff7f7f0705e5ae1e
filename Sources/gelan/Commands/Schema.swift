import Compiler
import Diagnostics
import GelanCompiler
import ModelSyntax

extension Command {
  static let schema = Command(
    name: "schema", summary: "print a JSON Schema of models or files of blocks, for editors", operands: "[FILE]",
    operandCount: 0...1, options: [Option("--blocks", help: "of the files of blocks that models include")],
    details: """
      Editors that understand JSON Schema complete and check a file as it is typed: sections, blocks, their arguments.
      With a FILE, a model or a file of blocks, the blocks that it defines and includes are known too, and no others. The
      schemas are of the native dialect.

      example: gelan schema > gelan.schema.json
      example: gelan schema --blocks > gelan-blocks.schema.json
      """
  ) { arguments in
    let schema: ModelSchema
    if let path = arguments.operands.first {
      schema = try ownSchema(path)
      guard !arguments.isSet("--blocks") || schema.subject == .blocks else {
        throw CommandFailure.message("\(path) is a model, and --blocks is for files of blocks")
      }
    } else {
      schema = ModelSchema(
        arguments.isSet("--blocks") ? .blocks : .model, signatures: BlockLibrary.standard.signatures, isComplete: false)
    }
    Terminal.print(schema.json.description)
  }

  /// The schema of one file, a model or a file of blocks, which knows all of its blocks.
  private static func ownSchema(_ path: String) throws(CommandFailure) -> ModelSchema {
    let source = try readSource(path)
    do throws(CompileFailure) {
      let yaml = try parseYAML(source)
      let subject: ModelSchema.Subject = isBlockFile(yaml) ? .blocks : .model
      let blocks =
        subject == .blocks
        ? try readBlockFile(yaml, loader: .files)
        : try readModel(yaml, library: .standard, loader: .files).value.refusingFaults().blocks
      return ModelSchema(subject, signatures: BlockLibrary.standard.adding(blocks).signatures, isComplete: true)
    } catch {
      Terminal.report(error.diagnostics)
      throw .input
    }
  }
}
