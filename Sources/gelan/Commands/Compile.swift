import Compiler
import ModelIR
import Runtime
import Tensors

extension Command {
  static let compile = Command(
    name: "compile", summary: "turn a model and its weights into a plan", operands: "FILE", operandCount: 1...1,
    options: [
      Option("-o", "--output", value: "PLAN", help: "the file to write"),
      Option("--weights", value: "FILE", help: "trained weights (.safetensors) in the official state-dict names"),
      Option("--random-weights", value: "SEED", help: "random weights, to try a design before it is trained"),
      Option(
        "--weights-type", value: "fp32|fp16|bf16",
        help: "how the plan stores weights: fp16 and bf16 halve the file; what that costs is measured"),
      .input, .classes, .set,
    ],
    details: """
      The auxiliary branch is stripped, batch normalisations are folded, RepConv branches fused, and the result is one
      file. Weights are those that training wrote: names follow the model's rows, so nothing has to be renumbered.
      The input size is the plan's default; a plan runs at every legal size.

      example: gelan compile models-yaml/yolov9-c.yaml --weights yolov9-c.safetensors -o yolov9-c.plan
      """
  ) { arguments in
    guard let output = arguments.string("-o") else { throw CommandFailure.usage("-o PLAN is missing") }
    let weights = arguments.string("--weights")
    let weightsType = try arguments.choice("--weights-type").flatMap(WeightsType.init) ?? .fp32
    let seed = try arguments.integer("--random-weights", in: 0...Int.max)
    guard weights == nil || seed == nil else {
      throw CommandFailure.usage("--weights and --random-weights exclude each other")
    }
    guard weights != nil || seed != nil else {
      throw CommandFailure.usage("give the weights: --weights FILE, or --random-weights SEED to try a design")
    }
    for input in [arguments.operands[0], weights].compactMap({ $0 }) where realPath(input) == realPath(output) {
      throw CommandFailure.usage("-o \(output) would replace '\(input)', which the plan is made from")
    }
    let file = try ModelFile.open(arguments.operands[0], arguments)
    let optimized = optimize(file.graph)
    let plan = plan(optimized)
    let checkpoint: Checkpoint
    if let weights {
      checkpoint = Checkpoint(try openWeights(weights))
    } else {
      checkpoint = Checkpoint(randomFor: file.graph, seed: UInt64(seed ?? 0))
    }
    let bound: BoundPlan
    do throws(BindingError) {
      bound = try bindWeights(of: plan, from: file.graph, checkpoint)
    } catch {
      switch error {
      case .incomplete(let report): throw CommandFailure.message(report.text(for: weights ?? "the weights"))
      case .unreadable(let error): throw CommandFailure(error)
      case .notFinite(let names):
        throw CommandFailure.message(
          "the weights in \(weights ?? "the checkpoint") give values that are no numbers: "
            + names.list(title: "weights of the plan") + "\n  likely: training diverged, or the file is damaged")
      }
    }
    let stored = try store(bound.tensors, as: weightsType)
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
        Terminal.note("note: the model has no row for \(unused.list(title: "tensors of the weights"))")
      }
    } else {
      Terminal.note("note: the weights are random; what the plan detects means nothing")
    }
    let report = ModelReport(file.graph, optimized: optimized)
    let dropped = report.rows.filter { $0.inference.parameters == 0 && $0.branch != .main && $0.branch != .shared }
    Terminal.print(report.totals.joined(separator: "\n"))
    if !dropped.isEmpty {
      Terminal.print("rows that inference drops: \(dropped.map(\.row.name).joined(separator: ", "))")
    }
    if weightsType != .fp32 { Terminal.print(try narrowingCost(of: bound, stored, as: weightsType)) }
    Terminal.print("wrote \(output): \(bound.plan.steps.count) steps")
  }
}

/// Opens a checkpoint; one of PyTorch's own files gets the way to convert it.
private func openWeights(_ path: String) throws(CommandFailure) -> TensorFile {
  do {
    return try openTensorFile(path)
  } catch {
    guard case .message(let text) = error, [".pt", ".pth"].contains(where: path.hasSuffix) else { throw error }
    throw .message(
      """
      \(text)
        convert it with Python: import torch, safetensors.torch
        model = torch.load("\(path)", weights_only=False)["model"].float()
        safetensors.torch.save_file(model.state_dict(), "weights.safetensors")
      """)
  }
}

extension BindingReport {
  /// What does not fit, for people.
  func text(for weights: String) -> String {
    var parts = ["the weights in \(weights) do not fit the model"]
    let shapes = misshapen.map { "\($0.name) is \($0.found.dimensions), not \($0.expected.dimensions)" }
    for (title, names) in [
      ("missing", missing), ("of another shape", shapes), ("in the file but not in the model", unused),
    ]
    where !names.isEmpty { parts.append("  " + names.list(title: title)) }
    parts += causes.map { "  likely: \($0)" }
    return parts.joined(separator: "\n")
  }
}

extension [String] {
  /// How many there are, and their names, one a line.
  func list(title: String) -> String {
    "\(title) (\(count)):" + map { "\n    \($0)" }.joined()
  }
}

extension [Int] {
  fileprivate var dimensions: String { isEmpty ? "a single number" : map(String.init).joined(separator: "x") }
}
