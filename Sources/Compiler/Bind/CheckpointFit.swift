import ModelIR

/// A checkpoint under the names of a model's graph, and the form of the graph that it fits.
package struct CheckpointFit: Sendable {
  /// The form that a checkpoint is in.
  package struct Form: Sendable, Hashable {
    /// Whether its rows are those without the auxiliary branch, renumbered.
    package var isStripped = false
    /// Whether its normalisations are already folded into the convolutions.
    package var isFused = false

    package init(isStripped: Bool = false, isFused: Bool = false) {
      self.isStripped = isStripped
      self.isFused = isFused
    }
  }

  package let form: Form
  /// The training graph; with its normalisations folded when those of the checkpoint are.
  package let graph: Graph
  /// The tensors, by their names in `graph`.
  package let checkpoint: Checkpoint
  package let report: BindingReport

  /// Finds the form in which a checkpoint fits a graph; when none fits, the one that comes nearest.
  ///
  /// Names are derived from the graph alone: a prefix is the text before a graph's name, and the names of a stripped
  /// checkpoint are matched row by row with the rows that the main output needs.
  ///
  /// - Parameter graph: The elaborated training graph.
  package init(_ checkpoint: Checkpoint, to graph: Graph) {
    self.init(asIs: checkpoint.withPrefix(of: graph), graph, Form())
    if report.isComplete { return }
    var candidates = [(graph, false)]
    if !checkpoint.shapes.keys.contains(where: { $0.hasSuffix(".running_var") }) {
      // Official fused models have one convolution in place of a RepConv; other programs fold only the normalisations.
      candidates.append((graph.folded(by: [.dropIdentities, .foldBatchNorm, .fuseParallelConvolutions]), true))
      candidates.append((graph.folded(by: [.foldBatchNorm]), true))
    }
    for (candidate, isFused) in candidates {
      let named = checkpoint.withPrefix(of: candidate)
      var fits = isFused ? [CheckpointFit(asIs: named, candidate, Form(isFused: true))] : []
      if let stripped = named.numbered(asIn: candidate) {
        fits.append(CheckpointFit(asIs: stripped, candidate, Form(isStripped: true, isFused: isFused)))
      }
      for fit in fits where fit.report.faultCount < report.faultCount { self = fit }
      if report.isComplete { return }
    }
  }

  private init(asIs checkpoint: Checkpoint, _ graph: Graph, _ form: Form) {
    self.form = form
    self.graph = graph
    self.checkpoint = checkpoint
    report = BindingReport(graph, checkpoint)
  }
}

extension Checkpoint {
  /// The checkpoint without a prefix of the graph's names such as `module.`, or with the `model.` that it lacks.
  ///
  /// Of several copies of the model, the one that matches most names is used; among equals, an exponential moving
  /// average.
  fileprivate func withPrefix(of graph: Graph) -> Checkpoint {
    let wanted = graph.storedNames
    var votes: [Prefix: Int] = [:]
    // Trying every suffix of a name takes time quadratic in its length; no name needs that many bytes.
    for name in shapes.keys where name.utf8.count <= 500 {
      var start = name.startIndex
      while true {
        let rest = name[start...]
        for (isMissing, candidate) in [(false, String(rest)), (true, "model." + rest)] where wanted.contains(candidate)
        {
          votes[Prefix(before: String(name[..<start]), isMissing: isMissing), default: 0] += 1
        }
        guard let dot = rest.firstIndex(of: ".") else { break }
        start = name.index(after: dot)
      }
    }
    let best = votes.max { left, right in
      (left.value, left.key.rank, right.key.before) < (right.value, right.key.rank, left.key.before)
    }
    guard let best = best?.key, best != Prefix(before: "", isMissing: false) else { return self }
    var names: [String: String] = [:]
    for name in shapes.keys {
      let isCopy = name.hasPrefix(best.before)
      names[isCopy ? (best.isMissing ? "model." : "") + name.dropFirst(best.before.count) : name] = name
    }
    return renamed(names)
  }

  private struct Prefix: Hashable {
    let before: String
    /// Whether the names lack the `model.` that the graph's names have.
    let isMissing: Bool

    var rank: Int { before.contains("ema") ? 1 : 0 }
  }

  /// The checkpoint with the graph's row numbers and head names; `nil` when it has other rows or the names are the
  /// same.
  ///
  /// A stripped model has the rows that the main output needs, numbered from 0. The rows that have tensors are paired
  /// in order. Where the names within a row differ, as for the branches of a head, the first components of the names
  /// are paired in order too.
  fileprivate func numbered(asIn graph: Graph) -> Checkpoint? {
    let theirs = NumberedRows(shapes.keys)
    let ours = NumberedRows(graph.mainNames)
    guard theirs.rows.count == ours.rows.count, !ours.rows.isEmpty else { return nil }
    var names: [String: String] = [:]
    for (old, new) in zip(theirs.rows, ours.rows) {
      guard old.parts.count == new.parts.count else { return nil }
      for (oldPart, newPart) in zip(old.parts, new.parts) {
        for rest in old.names[oldPart] ?? [] {
          names["model.\(new.number).\(newPart)\(rest)"] = "model.\(old.number).\(oldPart)\(rest)"
        }
      }
    }
    return names.allSatisfy { $0.key == $0.value } ? nil : renamed(names)
  }
}

/// Names of tensors by their rows: `model.<number>.<part><rest>`.
private struct NumberedRows {
  struct Row {
    let number: Int
    /// The rests of the names, by part.
    var names: [String: [String]] = [:]
    /// The parts in order, `cv2` before `cv10`.
    var parts: [String] { names.keys.sorted { ($0.sortingKey, $0) < ($1.sortingKey, $1) } }
  }

  private(set) var rows: [Row] = []

  init(_ names: some Sequence<String>) {
    var byNumber: [Int: Row] = [:]
    for name in names where name.hasPrefix("model.") && !name.hasSuffix(".num_batches_tracked") {
      let words = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
      guard words.count == 3, let number = Int(words[1]), number >= 0 else { continue }
      let part = words[2].prefix { $0 != "." }
      byNumber[number, default: Row(number: number)].names[String(part), default: []].append(
        String(words[2].dropFirst(part.count)))
    }
    rows = byNumber.values.sorted { $0.number < $1.number }
  }
}

extension String {
  /// The text with the number at its end padded, so that shorter numbers come first.
  fileprivate var sortingKey: String {
    let digits = String(reversed().prefix { $0.isNumber }.reversed())
    let padding = String(repeating: "0", count: max(0, 9 - digits.count))
    return String(dropLast(digits.count)) + padding + digits
  }
}

extension Graph {
  /// The names of all tensors that the graph stores.
  fileprivate var storedNames: Set<String> { names { _ in true } }

  /// The names of the tensors that the main output needs.
  fileprivate var mainNames: Set<String> {
    let live = isLive(from: outputs.filter { $0.role == .main })
    return names { live[$0.index] }
  }

  private func names(of isWanted: (ValueID) -> Bool) -> Set<String> {
    var names: Set<String> = []
    for value in values where isWanted(value) {
      for use in self[value].parameters(in: self) { names.formUnion(use.expression.storedNames) }
    }
    return names
  }

  /// The graph after some passes, with stored weights for its folded and fused convolutions: the content of a
  /// checkpoint that another program wrote after these passes.
  fileprivate func folded(by passes: [Pass]) -> Graph {
    let folded = passes.reduce(self) { $1.run($0) }
    return folded.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      if case .conv2D(var convolution) = node.op {
        if let scope = convolution.weight.fusedScope {
          convolution.weight = .stored(scope + ".weight")
          convolution.bias = convolution.bias.map { _ in .stored(scope + ".bias") }
        }
        return try builder.add(.conv2D(convolution), inputs, origin: node.origin)
      }
      // A normalisation without a convolution before it is kept.
      if case .channelAffine(let affine) = node.op, case .scale(let norm)? = affine.scale {
        var op = BatchNorm()
        op.scope = norm.scope
        op.epsilon = norm.epsilon
        return try builder.add(.batchNorm(op), inputs, origin: node.origin)
      }
      return try builder.add(node.op, inputs, origin: node.origin)
    }
  }
}

extension ParameterExpression {
  /// The scope of the convolution that has a parameter expression as its weight in a fused model: the convolution's
  /// own, and for a sum of branches the `conv` of the enclosing scope. `nil` for a stored tensor.
  fileprivate var fusedScope: String? {
    switch self {
    case .stored: return nil
    case .scaled(.stored(let name), _): return String(name.dropLast(".weight".count))
    case .scaled, .shifted, .scale, .padded, .identityKernel, .sum, .joined, .inputs:
      let names = storedNames.map { $0.split(separator: ".") }
      guard let first = names.first else { return nil }
      let common = first.indices.prefix { index in names.allSatisfy { $0.count > index && $0[index] == first[index] } }
      return (first.prefix(common.count).map(String.init) + ["conv"]).joined(separator: ".")
    }
  }
}
