import Compiler
import ModelIR

extension Command {
  static let info = Command(
    name: "info", summary: "print a model's rows, shapes, parameters and FLOPs", operands: "FILE", operandCount: 1...1,
    options: [.input, .classes, .json],
    details: """
      The table has one line per row of the model, marked main, auxiliary, shared (both) or dead: whether inference
      keeps it. The totals are for training as written, with the auxiliary branch stripped, and stripped and fused, which
      is what a plan runs. FLOPs are two per multiply-accumulate of the convolutions, biases not counted: the convention
      of the published tables.

      example: gelan info models-yaml/yolov9-c.yaml
      """
  ) { arguments in
    let file = try ModelFile.open(arguments.operands[0], arguments)
    let report = ModelReport(file.graph, optimized: optimize(file.graph))
    Terminal.print(arguments.isSet("--json") ? report.json.description : report.table)
  }
}
