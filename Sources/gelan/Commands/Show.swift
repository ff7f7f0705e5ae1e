import Compiler
import Diagnostics
import GelanCompiler
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
        "--form", value: "source|parameters|elaborated|inference|plan|lowered",
        help: "a stage of a model, elaborated by default; plan or lowered of a plan, in place of the overview"),
      Option("--verify", help: "read all of a plan's weights and check them against the checksum"),
      .input, .classes, .set, .threads, .kernels, .precision,
    ],
    details: """
      source      the model in the native dialect, as 'fmt' lays it out or 'convert' translates it
      parameters  the names that --set gives values, each with the value it has
      elaborated  the graph of operators that training runs, every type inferred
      inference   the graph stripped, folded and fused
      plan        steps over buffers, as the runtime runs them
      lowered     of a plan: the kernel of each step, how its work is divided, the element type and the memory of each
                  buffer, for this machine or --kernels, --threads, --precision and --input

      A plan is shown with where it comes from, what goes in and out, and its steps. Opening it checks its header and all
      steps; --verify reads the weights too. A step that does the work of several rows has all their names, 'cv1+cv2'; its
      GFLOP are those of the plan, which may be less than the model's. Which kernel runs a step depends on the processor:
      'gelan bench PLAN --layers' tells.

      example: gelan show models-yaml/gelan-t.yaml --form inference
               gelan show gelan-t.plan --verify
      """
  ) { arguments in
    let path = arguments.operands[0]
    let form = try arguments.choice("--form")
    for option in ["--threads", "--kernels", "--precision"] where arguments.isSet(option) && form != "lowered" {
      throw CommandFailure.usage("\(option) has no meaning without --form lowered")
    }
    if looksLikePlan(path) {
      guard form == nil || form == "plan" || form == "lowered" else {
        throw CommandFailure.usage("a plan has the forms plan and lowered; the others belong to model files")
      }
      for option in ["--classes", "--set"] where arguments.isSet(option) {
        throw CommandFailure.usage("\(option) is for models; what a plan has is decided")
      }
      if form == "lowered" {
        Terminal.print(try loweredText(of: path, arguments).escapingControlCharacters(except: "\n"))
        return
      }
      let report = try PlanReport(path, at: try arguments.inputSize(), verifying: arguments.isSet("--verify"))
      Terminal.print(
        (form == nil ? report.overview : report.model.plan.description).escapingControlCharacters(except: "\n"))
      return
    }
    guard !arguments.isSet("--verify") else {
      throw CommandFailure.usage("--verify is for plans; \(path) is not one")
    }
    guard form != "lowered" else {
      throw CommandFailure.usage("--form lowered is for plans; 'gelan compile' makes one of a model")
    }
    if form == "source" {
      Terminal.print(try nativeText(of: path, arguments))
      return
    }
    if form == "parameters" {
      let text = try parametersText(of: path, arguments)
      if !text.isEmpty { Terminal.print(text) }
      return
    }
    let file = try ElaboratedModel.open(path, arguments)
    switch form ?? "elaborated" {
    case "inference": Terminal.print(optimize(file.graph).description)
    case "plan": Terminal.print(deploymentPlan(optimize(file.graph)).description)
    default: Terminal.print(file.graph.description)
    }
  }

  /// A safetensors file begins with the length of its header, so its eighth byte is zero; no YAML text has such a byte.
  private static func looksLikePlan(_ path: String) -> Bool {
    guard let file = try? TensorFile(path: path) else { return path.hasSuffix(".plan") }
    return LoadedPlan.isPlan(file) || path.hasSuffix(".plan")
  }

  /// What a plan is lowered to.
  private static func loweredText(of path: String, _ arguments: Arguments) throws(CommandFailure) -> String {
    let instructions = try arguments.instructions()
    let precision = try arguments.precision(instructions).base
    let (threads, size) = (try arguments.threads(), try arguments.inputSize())
    let loaded = try openPlan(path)
    do throws(ModelError) {
      let sized = try SizedPlan(loaded.plan, height: size?.height, width: size?.width)
      let target = try LoweringTarget(instructions: instructions, precision: precision, threads: threads)
      return lower(sized, for: target).description
    } catch {
      throw .message(error.description)
    }
  }

  /// The parameters of a model, one a line. The model need not be without fault: completion asks while it is written.
  private static func parametersText(of path: String, _ arguments: Arguments) throws(CommandFailure) -> String {
    let source = try readSource(path)
    let settings = try arguments.settings()
    do throws(CompileFailure) {
      let model = try readModel(try parseYAML(source), library: .standard, loader: .files).value.setting(settings)
      return model.parameters.map { "\($0.name.value) = \($0.value.description)" }.joined(separator: "\n")
    } catch {
      try settings.refuse(error)
      Terminal.report(error.diagnostics)
      throw .input
    }
  }

  /// A model file in the native dialect.
  private static func nativeText(of path: String, _ arguments: Arguments) throws -> String {
    let file = try ElaboratedModel.open(path, arguments)
    let yaml = try parseYAML(file.model.source)
    let text =
      file.model.dialect == .native
      ? try formatModel(yaml) : try convertModel(file.model, yaml, graph: file.graph, library: .standard)
    return String(text.dropLast())
  }
}
