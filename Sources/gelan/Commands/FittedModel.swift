import Compiler
import ModelIR

/// A model file and a checkpoint that fits it.
struct FittedModel {
  let file: ModelFile
  let fit: CheckpointFit

  /// Reads a model for the classes that a checkpoint was trained for, unless the command line names a number.
  ///
  /// - Parameter path: The name of the checkpoint's file.
  init(_ weights: WeightsFile, _ path: String, _ arguments: Arguments) throws(CommandFailure) {
    let model = arguments.operands[0]
    let asked = try arguments.classCount()
    let written = try ModelFile.read(model, arguments, classes: asked)
    let count = asked ?? weights.facts.classCount ?? written.graph.classNames.count
    let file =
      count == written.graph.classNames.count ? written : try ModelFile.read(model, arguments, classes: count)
    let fit = CheckpointFit(weights.checkpoint, to: file.graph)
    if fit.report.isComplete {
      Terminal.report(file.warnings)
      Self.compareEpsilons(weights, file.graph)
      self.init(file, fit, count: count, written, path)
      return
    }
    var nearest = (file: file, fit: fit)
    // What the checkpoint does not say, the shapes of its tensors do.
    let guesses = [weights.facts.classCount].compactMap(\.self) + fit.report.classCounts(in: file.graph)
    for guess in guesses where guess != count {
      let other = try ModelFile.read(model, arguments, classes: guess)
      let otherFit = CheckpointFit(weights.checkpoint, to: other.graph)
      guard otherFit.report.isComplete else {
        // What is wrong beside the number of classes is what a person has to look for.
        let isNearer = otherFit.report.faultCount < nearest.fit.report.faultCount
        if asked == nil, isNearer { nearest = (other, otherFit) }
        continue
      }
      guard asked == nil else {
        throw .message(
          fit.report.text(for: path, file.graph)
            + "\n  it fits with \(guess) classes; leave --classes \(count) away, or try --classes \(guess)")
      }
      Terminal.report(other.warnings)
      Self.compareEpsilons(weights, other.graph)
      self.init(other, otherFit, count: guess, written, path)
      return
    }
    var text = Self.refusal(nearest.fit, nearest.file, weights, path)
    Terminal.progress("looking for a model that fits")
    let others = weights.fittingModels(beside: model)
    Terminal.progress("")
    if !others.isEmpty { text += "\n  it fits \(others.joined(separator: ", "))" }
    throw .message(text)
  }

  private init(_ file: ModelFile, _ fit: CheckpointFit, count: Int, _ written: ModelFile, _ path: String) {
    self.file = file
    self.fit = fit
    let declared = written.graph.classNames.count
    if count != declared {
      Terminal.note(
        "note: \(path) was trained for \(count.of("class", "classes")), the model is written for \(declared); "
          + "building for \(count) (--classes decides otherwise)")
    }
    if fit.form.isStripped {
      Terminal.note("note: the checkpoint has no auxiliary branch any more; its rows are matched in order")
    }
    if fit.form.isFused { Terminal.note("note: the normalisations of the checkpoint are folded already") }
  }

  /// Warns when training normalised with another ε: no shape and no name shows that.
  private static func compareEpsilons(_ weights: WeightsFile, _ graph: Graph) {
    let epsilons = Set(
      graph.nodes.compactMap { node -> Double? in
        if case .batchNorm(let norm) = node.op { norm.epsilon } else { nil }
      })
    let others = weights.epsilons.subtracting(epsilons).sorted()
    guard !others.isEmpty, !epsilons.isEmpty else { return }
    Terminal.note(
      "warning: normalisations of the checkpoint have an epsilon of \(others.map { "\($0)" }.joined(separator: ", ")), "
        + "those of the model of \(epsilons.sorted().map { "\($0)" }.joined(separator: ", ")); results will differ a little"
    )
  }

  private static func refusal(
    _ fit: CheckpointFit, _ file: ModelFile, _ weights: WeightsFile, _ path: String
  ) -> String {
    var text = fit.report.text(for: path, file.graph)
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
      facts.append("numbers its rows up to \(last), the model up to \(file.graph.rows.count - 1)")
    }
    if let last = rows.max(), last >= file.graph.rows.count {
      text +=
        "\n  likely: the checkpoint still has an auxiliary branch; compile it with the model that it was trained from"
    }
    if !facts.isEmpty { text += "\n  the checkpoint \(facts.joined(separator: ", "))" }
    return text
  }
}

extension Int {
  /// The number with a word in its singular or plural.
  func of(_ singular: String, _ plural: String) -> String { "\(self) \(self == 1 ? singular : plural)" }
}
