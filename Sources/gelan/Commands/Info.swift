import Compiler
import GelanCompiler
import ModelIR

extension Command {
  static let info = Command(
    name: "info", summary: "print a model's rows, shapes, parameters and FLOPs", operands: "FILE", operandCount: 1...1,
    options: [.input, .classes, .set, .sweep, .json],
    details: """
      The table has one line per row of the model, marked main, auxiliary, shared (both) or dead: whether inference
      keeps it. The totals are for training as written, with the auxiliary branch stripped, and stripped and fused, which
      is what a plan runs. FLOPs are two per multiply-accumulate of the convolutions, biases not counted: the convention
      of the published tables.

      --sweep tries every combination of the values it is given and prints one line of totals for each.

      example: gelan info models-yaml/yolov9-c.yaml
      example: gelan info models-yaml/gelan-scalable.yaml --sweep width=0.5,0.75,1 --sweep depth=1,3
      """
  ) { arguments in
    if arguments.isSet("--sweep") { return try sweep(arguments) }
    let file = try ElaboratedModel.open(arguments.operands[0], arguments)
    let report = ModelReport(file.graph, optimized: optimize(file.graph))
    Terminal.print(arguments.isSet("--json") ? report.json.description : report.table)
  }
}
