import Compiler
import ModelIR

/// A model and a checkpoint that fits it.
struct FittedModel {
  let model: ElaboratedModel
  let fit: CheckpointFit

  /// Builds a model for the classes that a checkpoint was trained for, unless the options name a number.
  ///
  /// - Parameter path: The name of the checkpoint's file.
  init(
    _ weights: WeightsFile, _ path: String, _ source: ModelSource, _ options: ModelOptions, _ journal: CompileJournal
  ) throws(CompilerError) {
    let asked = options.classCount
    let written = try ElaboratedModel(source, options, classCount: asked)
    let declared = written.graph.classNames.count
    let count = asked ?? weights.facts.classCount ?? declared
    let first = count == declared ? written : try ElaboratedModel(source, options, classCount: count)
    var nearest = FittedModel(first, weights)
    if nearest.fit.report.isComplete {
      self = nearest
      note(weights, path, declared: declared, journal)
      return
    }
    // What the checkpoint does not say, the shapes of its tensors do.
    let guesses = [weights.facts.classCount].compactMap(\.self) + nearest.fit.report.classCounts(in: first.graph)
    for guess in guesses where guess != count {
      let other = FittedModel(try ElaboratedModel(source, options, classCount: guess), weights)
      guard other.fit.report.isComplete else {
        // What is wrong beside the number of classes is what a person has to look for.
        if asked == nil, other.fit.report.faultCount < nearest.fit.report.faultCount { nearest = other }
        continue
      }
      guard asked == nil else {
        throw .classCount(nearest.fit.report.text(for: path, first.graph), fitting: guess)
      }
      self = other
      note(weights, path, declared: declared, journal)
      return
    }
    var text = Self.refusal(nearest.fit, nearest.model, weights, path)
    let others = try journal.during(.search) { () throws(CompilerError) in
      weights.fittingModels(beside: source.name)
    }
    if !others.isEmpty { text += "\n  it fits \(others.joined(separator: ", "))" }
    throw .weights(text)
  }

  private init(_ model: ElaboratedModel, _ weights: WeightsFile) {
    self.model = model
    fit = CheckpointFit(weights.checkpoint, to: model.graph)
  }

  /// Notes how the checkpoint differs from the model as it is written.
  ///
  /// - Parameter declared: The number of classes that the model is written for.
  private func note(_ weights: WeightsFile, _ path: String, declared: Int, _ journal: CompileJournal) {
    journal.report(model.warnings)
    noteEpsilons(weights, journal)
    let count = model.graph.classNames.count
    if count != declared {
      journal.note(
        .classCount,
        "\(path) was trained for \(count.of("class", "classes")), the model is written for \(declared); "
          + "building for \(count)")
    }
    if fit.form.isStripped {
      journal.note(.checkpointForm, "the checkpoint has no auxiliary branch any more; its rows are matched in order")
    }
    if fit.form.isFused {
      journal.note(.checkpointForm, "the normalisations of the checkpoint are folded already")
    }
  }

  /// Warns when training normalised with another ε: no shape and no name shows that.
  private func noteEpsilons(_ weights: WeightsFile, _ journal: CompileJournal) {
    let epsilons = Set(
      model.graph.nodes.compactMap { node -> Double? in
        if case .batchNorm(let norm) = node.op { norm.epsilon } else { nil }
      })
    let others = weights.epsilons.subtracting(epsilons).sorted()
    guard !others.isEmpty, !epsilons.isEmpty else { return }
    journal.note(
      .epsilon,
      "normalisations of the checkpoint have an epsilon of \(others.map { "\($0)" }.joined(separator: ", ")), "
        + "those of the model of \(epsilons.sorted().map { "\($0)" }.joined(separator: ", ")); results will differ a little"
    )
  }

  private static func refusal(
    _ fit: CheckpointFit, _ model: ElaboratedModel, _ weights: WeightsFile, _ path: String
  ) -> String {
    var text = fit.report.text(for: path, model.graph)
    var facts: [String] = []
    if fit.form.isStripped {
      text +=
        "\n  rows that hold weights were matched in order, as if the auxiliary branch were stripped; names are the model's"
    }
    if let model = weights.facts.model { facts.append("was trained from \(model)") }
    if let count = weights.facts.classCount { facts.append("has \(count.of("class", "classes"))") }
    let rows = Set(
      weights.checkpoint.shapes.keys.compactMap { name -> Int? in
        let parts = name.split(separator: ".")
        return parts.count > 2 && parts[0] == "model" ? Int(parts[1]) : nil
      })
    if let last = rows.max() {
      facts.append("numbers its rows up to \(last), the model up to \(model.graph.rows.count - 1)")
    }
    if let last = rows.max(), last >= model.graph.rows.count {
      text +=
        "\n  likely: the checkpoint still has an auxiliary branch; compile it with the model that it was trained from"
    }
    if !facts.isEmpty { text += "\n  the checkpoint \(facts.joined(separator: ", "))" }
    return text
  }
}
