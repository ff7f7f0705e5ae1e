import Compiler
import ModelIR
import ModelSyntax
import Runtime
import Tensors

extension Command {
  static let show = Command(
    name: "show", summary: "print a plan, or a stage of the compiler as text", operands: "FILE|PLAN",
    operandCount: 1...1,
    options: [
      Option(
        "--form", value: "source|elaborated|inference|plan",
        help: "which stage of a model, elaborated by default; of a plan, its text in place of the overview"),
      Option("--verify", help: "read all of a plan's weights and check them against the checksum"),
      .input, .classes, .set,
    ],
    details: """
      source      the model in the native dialect, as 'fmt' lays it out or 'convert' translates it
      elaborated  the graph of operators that training runs, every type inferred
      inference   the graph stripped, folded and fused
      plan        steps over buffers, as the runtime runs them

      A plan is shown with where it comes from, what goes in and out, and its steps. Opening it checks its header and all
      steps; --verify reads the weights too.

      example: gelan show models-yaml/gelan-t.yaml --form inference
               gelan show gelan-t.plan --verify
      """
  ) { arguments in
    let path = arguments.operands[0]
    let form = try arguments.choice("--form")
    if looksLikePlan(path) {
      guard form == nil || form == "plan" else {
        throw CommandFailure.usage("a plan has one form, plan; the others belong to model files")
      }
      let report = try PlanReport(path, at: try arguments.inputSize(), verifying: arguments.isSet("--verify"))
      Terminal.print((form == nil ? report.overview : report.model.plan.description).withoutControlCharacters)
      return
    }
    guard !arguments.isSet("--verify") else {
      throw CommandFailure.usage("--verify is for plans, and \(path) is none")
    }
    if form == "source" {
      Terminal.print(try nativeText(of: path, arguments))
      return
    }
    let file = try ModelFile.open(path, arguments)
    switch form ?? "elaborated" {
    case "inference": Terminal.print(optimize(file.graph).description)
    case "plan": Terminal.print(plan(optimize(file.graph)).description)
    default: Terminal.print(file.graph.description)
    }
  }

  /// A safetensors file begins with the length of its header, so its eighth byte is zero; no YAML text has such a byte.
  private static func looksLikePlan(_ path: String) -> Bool {
    guard let file = try? TensorFile(path: path) else { return path.hasSuffix(".plan") }
    return InferenceModel.isPlan(file) || path.hasSuffix(".plan")
  }

  /// A model file in the native dialect.
  private static func nativeText(of path: String, _ arguments: Arguments) throws -> String {
    let file = try ModelFile.open(path, arguments)
    let yaml = try parseYAML(file.model.source)
    let text =
      file.model.dialect == .native
      ? try formatModel(yaml) : try convertModel(file.model, yaml, graph: file.graph, library: .standard)
    return String(text.dropLast())
  }
}

extension String {
  /// The text with control characters written out, so that a name from a file cannot drive a terminal.
  fileprivate var withoutControlCharacters: String {
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      // Most of a plan is plain letters; looking up the others takes longer than all else here.
      if scalar.isASCII, scalar >= " ", scalar != "\u{7F}" {
        text.append(scalar)
        continue
      }
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n", .format: text.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}
