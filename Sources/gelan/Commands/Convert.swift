import Compiler
import Diagnostics
import Files
import GelanCompiler
import ModelSyntax

extension Command {
  static let convert = Command(
    name: "convert", summary: "rewrite a model of another dialect in the native one", operands: "FILE",
    operandCount: 1...1,
    options: [Option("-o", "--output", value: "OUT", help: "the file to write; standard output by default")],
    details: """
      FILE is in the official list dialect, in Ultralytics' or in that of the MIT-licensed YOLO. Rows keep their order,
      so weights keep their names (model.4 is row 4); they get names by what they do, multipliers are multiplied out,
      defaults left out and comments kept. For the last two dialects a comment at the top says where their checkpoints
      have the weights. The result is only printed after it was read and found to be the same graph.

      example: gelan convert yolov9-c.yaml -o my-yolov9-c.yaml
      """
  ) { arguments in
    let path = arguments.operands[0]
    let source = try readSource(path)
    let text: String
    do {
      let yaml = try parseYAML(source)
      let file = try ElaboratedModel(source)
      guard file.model.dialect != .native else {
        throw CommandFailure.message("\(path) is in the native dialect already; 'gelan fmt' brings it into its layout")
      }
      Terminal.report(file.warnings)
      text = try convertModel(file.model, yaml, graph: file.graph, library: .standard)
    } catch let failure as CompileFailure {
      Terminal.report(failure.diagnostics)
      throw CommandFailure.input
    }
    guard let output = arguments.string("-o") else {
      Terminal.print(String(text.dropLast()))
      return
    }
    do throws(FileError) {
      try writeFileAtomically(path: output, text: text)
    } catch {
      throw CommandFailure.file(error.description)
    }
    Terminal.note("wrote \(output)")
  }
}
