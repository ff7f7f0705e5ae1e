import Compiler
import Diagnostics
import ModelIR

extension Command {
  static let diff = Command(
    name: "diff", summary: "compare two models: rows, costs, and which weights carry over", operands: "A B",
    operandCount: 2...2, options: [.input, .classes, .json],
    details: """
      Rows are matched by name, or, when one of the files has rows without names, by what they are. Shown are rows that
      only one model has (- and +) and rows that changed (~), with what they cost more or less in B; then which tensors
      of a checkpoint of A fit B, under the same names or under those of rows that were renumbered. The exit status is 0
      whether the models differ or not.

      example: gelan diff models-yaml/gelan-s.yaml my-gelan.yaml
      """
  ) { arguments in
    let (pathOfA, pathOfB) = (arguments.operands[0], arguments.operands[1])
    let a = try ModelFile.open(pathOfA, arguments)
    let b = try ModelFile.open(pathOfB, arguments)
    let difference = ModelDifference(
      ComparedModel(a.graph, dialect: a.model.dialect), ComparedModel(b.graph, dialect: b.model.dialect))
    if arguments.isSet("--json") {
      Terminal.print(difference.json(pathOfA, pathOfB).description)
    } else {
      Terminal.print(DifferenceTable(difference, pathOfA, pathOfB, colour: Terminal.outputHasColour).text)
    }
  }
}
