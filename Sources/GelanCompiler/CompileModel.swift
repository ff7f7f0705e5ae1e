import Compiler
import ModelIR
import PyTorch
import Runtime

/// The version of the compiler, which plan files name.
public let compilerVersion = "0.1.0"

/// Compiles a model and its weights to a plan: the auxiliary branch is stripped, batch normalisations are folded and
/// parallel convolutions fused.
///
/// Weights from a file are matched by the names of the official state dictionary, in every form that training and its
/// tools write: wrapped, without the auxiliary branch, or fused. The plan takes the checkpoint's classes, their number and
/// their names. If no number of classes makes the weights fit, the error names models beside the source that they do fit.
///
/// ```swift
/// let plan = try compileModel(ModelSource(path: "yolov9-c.yaml"), weights: .file(path: "best.pt"))
/// try plan.write(to: "yolov9-c.plan")
/// ```
///
/// - Parameters:
///   - source: The model.
///   - weights: Where its weights come from.
///   - options: How the plan is made.
///   - progress: Is called with each event as it happens, on the calling thread.
/// - Throws: `CompilerError` of every case; `.verification` if the plan differs from the training graph.
public func compileModel(
  _ source: ModelSource, weights: WeightsSource, options: CompileOptions = CompileOptions(),
  progress: @escaping (CompileEvent) -> Void = { _ in }
) throws(CompilerError) -> CompiledPlan {
  let journal = CompileJournal(progress)
  let input = try CompileInput(source, weights, options, journal)
  let optimized = optimize(input.graph)
  var plan = deploymentPlan(optimized, passes: options.isPortable ? [] : .execution)
  if input.facts.classNames.count == plan.classNames.count { plan.classNames = input.facts.classNames }
  let bound = try bind(plan, from: input.graph, input.checkpoint, weights: input.weightsPath ?? "the checkpoint")
  var verification: Verification?
  if options.verification == .always || options.verification == .automatic && input.weightsPath != nil {
    verification = try journal.during(.verification) { () throws(CompilerError) in
      try Verification(of: bound, against: input.graph, input.checkpoint, options)
    }
    try verification?.check()
  }
  let (stored, narrowing) = try narrow(bound, options, journal)
  let report = ModelReport(input.model.graph, optimized: optimized)
  journal.note(input, bound, strides: report.strides)
  return CompiledPlan(
    bound: bound, costs: report, stored: stored, metadata: planOrigin(input, options.model),
    warnings: journal.warnings, notes: journal.notes, verification: verification?.text, narrowing: narrowing)
}

/// Compiles a model and its weights to a plan file.
///
/// - Parameters:
///   - source: The model.
///   - weights: Where its weights come from.
///   - path: The plan file; it appears complete or not at all.
///   - options: How the plan is made.
///   - progress: Is called with each event as it happens, on the calling thread.
/// - Throws: `CompilerError` of every case.
@discardableResult
public func compileModel(
  _ source: ModelSource, weights: WeightsSource, to path: String, options: CompileOptions = CompileOptions(),
  progress: @escaping (CompileEvent) -> Void = { _ in }
) throws(CompilerError) -> CompiledPlan {
  let plan = try compileModel(source, weights: weights, options: options, progress: progress)
  try plan.write(to: path)
  return plan
}

/// The plan of a graph with its weights bound, as `compileModel` makes it, without comparisons: for graphs and
/// checkpoints that no file holds.
///
/// - Parameters:
///   - roles: The outputs to keep.
///   - passes: The rewrites after those of inference.
package func compileGraph(
  _ graph: Graph, _ checkpoint: Checkpoint, keeping roles: Set<Output.Role> = [.main], passes: [Pass] = .execution
) throws(BindingError) -> BoundPlan {
  try bindWeights(of: deploymentPlan(optimize(graph, keeping: roles), passes: passes), from: graph, checkpoint)
}

/// A model and the weights that fit it.
struct CompileInput {
  let model: ElaboratedModel
  /// The graph in whose names the checkpoint is.
  let graph: Graph
  let checkpoint: Checkpoint
  var facts = CheckpointFacts()
  /// `nil` for random weights.
  var weightsPath: String?
  /// What the plan file says of its weights.
  let origin: String

  init(
    _ source: ModelSource, _ weights: WeightsSource, _ options: CompileOptions, _ journal: CompileJournal
  ) throws(CompilerError) {
    switch weights {
    case .file(let path, let key):
      let file = try WeightsFile(path, key: key, journal)
      let fitted = try FittedModel(file, path, source, options.model, journal)
      model = fitted.model
      graph = fitted.fit.graph
      checkpoint = fitted.fit.checkpoint
      facts = file.facts
      weightsPath = path
      origin = path.fileName
    case .random(let seed):
      model = try ElaboratedModel(source, options.model, classCount: options.model.classCount)
      journal.report(model.warnings)
      graph = model.graph
      checkpoint = Checkpoint(randomFor: model.graph, seed: seed)
      origin = "random, seed \(seed)"
    }
  }
}

/// Binds weights, with an error for people.
func bind(
  _ plan: Plan, from graph: Graph, _ checkpoint: Checkpoint, weights: String
) throws(CompilerError) -> BoundPlan {
  do throws(BindingError) {
    return try bindWeights(of: plan, from: graph, checkpoint)
  } catch {
    switch error {
    case .incomplete(let report):
      throw .weights(
        "the weights in \(weights) lack \((report.missing + report.misshapen.map(\.name)).list(title: "tensors"))")
    case .unreadable(let error): throw CompilerError(error)
    case .notFinite(let names):
      throw .weights(
        "the weights in \(weights) give values that are not finite: "
          + names.list(title: "weights of the plan") + "\n  likely: training diverged, or the file is damaged")
    }
  }
}
