import GelanCompiler

extension Command {
  static let compile = Command(
    name: "compile", summary: "turn a model and its weights into a plan", operands: "FILE", operandCount: 1...1,
    options: [
      Option("-o", "--output", value: "PLAN", help: "the file to write"),
      Option(
        "--weights", value: "FILE", help: "trained weights, .pt or .safetensors, in the official state-dict names"),
      .checkpointKey,
      Option("--random-weights", value: "SEED", help: "random weights, to try a design before it is trained"),
      Option("--verify", help: "compare the plan with the unfused training graph; the default with --weights"),
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
      plan's. The plan and the training graph are run on the same images, and a plan that differs is not written.
      The input size is the plan's default; a plan runs at every legal size, and on every processor: --kernels is for
      the comparison only, which is in fp32.

      example: gelan compile models-yaml/yolov9-c.yaml --weights best.pt -o yolov9-c.plan
      """
  ) { arguments in
    guard let output = arguments.string("-o") else { throw CommandFailure.usage("-o PLAN is missing") }
    let weights = try arguments.weightsSource()
    let options = try arguments.compileOptions()
    let path = arguments.operands[0]
    try refuse("-o", output, toReplace: [path, arguments.string("--weights")].compactMap(\.self))
    do throws(CompilerError) {
      let plan = try compileModel(ModelSource(path: path), weights: weights, options: options, progress: showProgress)
      if let verification = plan.verification { Terminal.print(verification) }
      try plan.write(to: output)
      Terminal.print(plan.costs.totals.joined(separator: "\n"))
      let dropped = plan.costs.rows.filter {
        $0.inference.parameters == 0 && $0.branch != .main && $0.branch != .shared
      }
      if !dropped.isEmpty {
        Terminal.print("rows that inference drops: \(dropped.map(\.row.name).joined(separator: ", "))")
      }
      if let narrowing = plan.narrowing { Terminal.print(narrowing) }
      Terminal.print("wrote \(output): \(plan.stepCount) steps")
    } catch {
      throw CommandFailure(error)
    }
  }
}

extension Arguments {
  fileprivate func weightsSource() throws(CommandFailure) -> WeightsSource {
    let seed = try integer("--random-weights", in: 0...Int.max)
    switch (string("--weights"), seed) {
    case (let path?, nil): return .file(path: path, key: string("--checkpoint-key"))
    case (nil, let seed?): return .random(seed: UInt64(seed))
    case (.some, .some): throw .usage("--weights and --random-weights exclude each other")
    case (nil, nil):
      throw .usage("give the weights: --weights FILE, or --random-weights SEED to try a design")
    }
  }

  fileprivate func compileOptions() throws(CommandFailure) -> CompileOptions {
    var options = CompileOptions()
    options.weightsType = try choice("--weights-type").flatMap(CompileOptions.WeightsType.init) ?? .fp32
    options.instructions = try instructions()
    options.verification = isSet("--verify") ? .always : isSet("--no-verify") ? .never : .automatic
    options.isPortable = isSet("--portable")
    options.model.classCount = try classCount()
    options.model.input = try inputSize().map { ModelOptions.Size(height: $0.height, width: $0.width) }
    options.model.parameters = try settings().map { setting in
      var parameter = ModelOptions.Parameter(setting.name, setting.writtenValue)
      parameter.title = "--set"
      return parameter
    }
    return options
  }
}

/// Shows what happens while a model is compiled.
private func showProgress(_ event: CompileEvent) {
  switch event {
  case .warnings(let diagnostics): Terminal.report(diagnostics.map(\.base))
  case .note(let note):
    let title = note.kind == .epsilon ? "warning" : "note"
    let option =
      switch note.kind {
      case .checkpointKey: "; --checkpoint-key chooses"
      case .classCount: " (--classes decides otherwise)"
      case .checkpointForm, .epsilon, .unusedTensors, .classNames, .randomWeights, .strides: ""
      }
    Terminal.note("\(title): \(note.text)\(option)".withoutControlCharacters)
  case .started(.verification): Terminal.progress("comparing the plan with the training graph ...")
  case .started(.comparison): Terminal.progress("measuring what the weights' type costs ...")
  case .started(.search): Terminal.progress("looking for a model that fits ...")
  case .finished: Terminal.progress("")
  }
}
