import Compiler
import Elements
import ModelIR
import PyTorch
import Runtime
import Tensors

extension Command {
  static let compile = Command(
    name: "compile", summary: "turn a model and its weights into a plan", operands: "FILE", operandCount: 1...1,
    options: [
      Option("-o", "--output", value: "PLAN", help: "the file to write"),
      Option(
        "--weights", value: "FILE", help: "trained weights, .pt or .safetensors, in the official state-dict names"),
      .checkpointKey,
      Option("--random-weights", value: "SEED", help: "random weights, to try a design before it is trained"),
      Option("--verify", help: "compare the plan with the unfused training graph; so is done with --weights anyway"),
      Option(
        "--portable",
        help:
          "leave out the rewrites that are for gelan's own kernels: for gelan export, where other engines have theirs"
      ),
      Option("--no-verify", help: "write the plan without that comparison"),
      Option(
        "--weights-type", value: "fp32|fp16|bf16",
        help: "how the plan stores weights: fp16 and bf16 halve the file; what that costs is measured"),
      .input, .classes, .set, .kernels,
    ],
    details: """
      The auxiliary branch is stripped, batch normalisations are folded, RepConv branches fused, and the result is one
      file. Weights are those that training wrote: names follow the model's rows, so nothing has to be renumbered.
      A PyTorch checkpoint is read without running anything of it. Its classes, their number and their names, become the
      plan's. The plan and the training graph are run on the same pictures, and one that differs is not written.
      The input size is the plan's default; a plan runs at every legal size, and on every processor: --kernels is for
      the comparison only, which is in fp32.

      example: gelan compile models-yaml/yolov9-c.yaml --weights best.pt -o yolov9-c.plan
      """
  ) { arguments in
    guard let output = arguments.string("-o") else { throw CommandFailure.usage("-o PLAN is missing") }
    let weights = arguments.string("--weights")
    let weightsType = try arguments.choice("--weights-type").flatMap(ElementType.init(rawValue:)) ?? .fp32
    let seed = try arguments.integer("--random-weights", in: 0...Int.max)
    guard weights == nil || seed == nil else {
      throw CommandFailure.usage("--weights and --random-weights exclude each other")
    }
    guard weights != nil || seed != nil else {
      throw CommandFailure.usage("give the weights: --weights FILE, or --random-weights SEED to try a design")
    }
    let instructions = try arguments.instructions()
    let isVerified = arguments.isSet("--verify") || weights != nil && !arguments.isSet("--no-verify")
    try refuse("-o", output, toReplace: [arguments.operands[0], weights].compactMap(\.self))
    let graph: Graph
    let checkpoint: Checkpoint
    let file: ModelFile
    var facts = CheckpointFacts()
    if let weights {
      let source = try WeightsFile(weights, key: arguments.string("--checkpoint-key"))
      let fitted = try FittedModel(source, weights, arguments)
      (file, graph, checkpoint, facts) = (fitted.file, fitted.fit.graph, fitted.fit.checkpoint, source.facts)
    } else {
      file = try ModelFile.open(arguments.operands[0], arguments)
      (graph, checkpoint) = (file.graph, Checkpoint(randomFor: file.graph, seed: UInt64(seed ?? 0)))
    }
    let optimized = optimize(graph)
    var plan = deploymentPlan(optimized, passes: arguments.isSet("--portable") ? [] : .execution)
    if facts.classNames.count == plan.classNames.count { plan.classNames = facts.classNames }
    let bound: BoundPlan
    do throws(BindingError) {
      bound = try bindWeights(of: plan, from: graph, checkpoint)
    } catch {
      throw CommandFailure(error, weights: weights ?? "the checkpoint")
    }
    if isVerified { try verify(bound, against: graph, checkpoint, instructions) }
    let stored = try store(bound.tensors, as: weightsType)
    let cost = weightsType == .fp32 ? nil : try narrowingCost(of: bound, stored, as: weightsType, instructions)
    var metadata = planOrigin(file, arguments)
    metadata[PlanFile.Key.weights] = weights.map(\.fileName) ?? "random, seed \(seed ?? 0)"
    do throws(TensorFileError) {
      try PlanFile.write(plan: bound.plan, tensors: stored, path: output, metadata: metadata)
    } catch {
      throw CommandFailure(error)
    }
    if weights != nil {
      let unused = bound.report.unused
      if !unused.isEmpty {
        Terminal.note(
          "note: the model has no row for \(unused.list(title: "tensors of the weights").withoutControlCharacters)")
      }
      let names = bound.plan.classNames
      if names == names.indices.map({ "class \($0)" }) {
        Terminal.note(
          "note: neither the checkpoint nor the model names the \(names.count.of("class", "classes")); "
            + "a list in the model does: 'classes: [cat, dog]'")
      }
    } else {
      Terminal.note("note: the weights are random; what the plan detects means nothing")
    }
    let report = ModelReport(file.graph, optimized: optimized)
    if !facts.strides.isEmpty, facts.strides != report.strides {
      Terminal.note(
        "note: the checkpoint was trained with strides \(facts.strides), and the model has \(report.strides)")
    }
    let dropped = report.rows.filter { $0.inference.parameters == 0 && $0.branch != .main && $0.branch != .shared }
    Terminal.print(report.totals.joined(separator: "\n"))
    if !dropped.isEmpty {
      Terminal.print("rows that inference drops: \(dropped.map(\.row.name).joined(separator: ", "))")
    }
    if let cost { Terminal.print(cost) }
    Terminal.print("wrote \(output): \(bound.plan.steps.count) steps")
  }
}

extension CommandFailure {
  /// - Parameter weights: The name of the checkpoint.
  init(_ error: BindingError, weights: String) {
    switch error {
    case .incomplete(let report):
      self = .message(
        "the weights in \(weights) lack \((report.missing + report.misshapen.map(\.name)).list(title: "tensors"))")
    case .unreadable(let error): self.init(error)
    case .notFinite(let names):
      self = .message(
        "the weights in \(weights) give values that are no numbers: "
          + names.list(title: "weights of the plan") + "\n  likely: training diverged, or the file is damaged")
    }
  }
}

extension [String] {
  /// How many there are, and their names, one a line.
  func list(title: String) -> String {
    "\(title) (\(count)):" + map { "\n    \($0)" }.joined()
  }
}
