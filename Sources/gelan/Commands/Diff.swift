import Compiler
import Diagnostics
import GelanCompiler
import ModelIR

extension Command {
  static let diff = Command(
    name: "diff", summary: "compare two models: rows, costs, and which weights carry over", operands: "A [B]",
    operandCount: 1...2, options: [.input, .classes, .set, .setOfA, .setOfB, .json],
    details: """
      Rows are matched by name, or, when one of the files has rows without names, by what they are. Shown are rows that
      only one model has (- and +) and rows that changed (~), with what they cost more or less in B; then which tensors
      of a checkpoint of A fit B, under the same names or under those of rows that were renumbered. The exit status is 0
      whether the models differ or not.

      --set gives a parameter of both models a value, --set-a and --set-b of one. With these, B may be left out: A is
      then compared with itself under another value.

      example: gelan diff models-yaml/gelan-s.yaml my-gelan.yaml
      example: gelan diff models-yaml/gelan-scalable.yaml --set-b width=0.5
      """
  ) { arguments in
    guard arguments.operands.count == 2 || arguments.isSet("--set-a") || arguments.isSet("--set-b") else {
      throw CommandFailure.usage("B is missing, or --set-b NAME=VALUE to compare A with itself under another value")
    }
    let a = try ComparedFile(arguments.operands[0], arguments, own: "--set-a")
    let b = try ComparedFile(arguments.operands[arguments.operands.count - 1], arguments, own: "--set-b")
    let difference = ModelDifference(a.model, b.model)
    if arguments.isSet("--json") {
      Terminal.print(difference.json(a, b).description)
    } else {
      Terminal.print(DifferenceTable(difference, a.title, b.title, colour: Terminal.outputHasColour).text)
    }
  }
}

extension Command.Option {
  fileprivate static let setOfA = Self(
    "--set-a", value: "NAME=VALUE", isRepeatable: true, help: "a value for a parameter of A alone")
  fileprivate static let setOfB = Self(
    "--set-b", value: "NAME=VALUE", isRepeatable: true, help: "a value for a parameter of B alone")
}
