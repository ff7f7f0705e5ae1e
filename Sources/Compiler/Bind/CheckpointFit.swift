import ModelIR

/// A checkpoint under the names of a model's graph, and the form of the graph that it fits.
package struct CheckpointFit: Sendable {
  /// The form that a checkpoint is in.
  package struct Form: Sendable, Hashable {
    /// Whether its rows are those that are left when the auxiliary branch is gone, numbered anew.
    package var isStripped = false
    /// Whether its normalisations are folded into the convolutions already.
    package var isFused = false

    package init(isStripped: Bool = false, isFused: Bool = false) {
      self.isStripped = isStripped
      self.isFused = isFused
    }
  }

  package let form: Form
  /// The training graph, or what is left of it when its normalisations are folded.
  package let graph: Graph
  /// The tensors, by the names that `graph` has for them.
  package let checkpoint: Checkpoint
  package let report: BindingReport

  /// Finds the form in which a checkpoint fits a graph; if there is none, the one that comes nearest.
  ///
  /// Names come from the graph alone: prefixes are what stands before them, and the names of a stripped checkpoint are
  /// matched row by row with the rows that the main output needs.
  ///
  /// - Parameter graph: The elaborated training graph.
  package init(_ checkpoint: Checkpoint, to graph: Graph) {
    self.init(asIs: checkpoint.withPrefix(of: graph), graph, Form())
    if report.isComplete { return }
    var candidates = [(graph, false)]
    if !checkpoint.shapes.keys.contains(where: { $0.hasSuffix(".running_var") }) {
      // Official fused models have one convolution in place of a RepConv; other programs fold normalisations alone.
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
  /// The checkpoint without what stands before the graph's names, as `module.` does, or with the `model.` that it lacks.
  ///
  /// Of several copies of the model the one that fits most names is taken, and of equals an exponential moving average.
  fileprivate func withPrefix(of graph: Graph) -> Checkpoint {
    let wanted = graph.storedNames
    var votes: [Prefix: Int] = [:]
    // Trying every end of a name takes time that grows with the square of its length; no name needs that many bytes.
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
    /// Whether the names lack the `model.` that the graph's have.
    let isMissing: Bool

    var rank: Int { before.contains("ema") ? 1 : 0 }
  }

  /// The checkpoint with the graph's numbers of rows and names of heads; nothing when it has other rows, or just those.
  ///
  /// A stripped model has the rows that the main output needs, numbered from 0. So the rows that hold tensors are paired
  /// in order. Where names within a row differ, as those of the branches of a head do, the first parts of the names are
  /// paired in order, too.
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

/// Names of tensors by the rows that they belong to: `model.<number>.<part><rest>`.
private struct NumberedRows {
  struct Row {
    let number: Int
    /// What the rests are, by part.
    var names: [String: [String]] = [:]
    /// The parts in their order, `cv2` before `cv10`.
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
  /// The text before a number at its end, padded so that shorter numbers come first.
  fileprivate var sortingKey: String {
    let digits = String(reversed().prefix { $0.isNumber }.reversed())
    let padding = String(repeating: "0", count: max(0, 9 - digits.count))
    return String(dropLast(digits.count)) + padding + digits
  }
}

extension Graph {
  /// The names of all tensors that the graph stores.
  fileprivate var storedNames: Set<String> { names { _ in true } }

  /// The names of those that the main output needs.
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

  /// The graph after some passes, whose folded and fused convolutions have stored weights: what a checkpoint holds when
  /// another program ran these passes before it wrote it.
  fileprivate func folded(by passes: [Pass]) -> Graph {
    let folded = passes.reduce(self) { $1.run($0) }
    return folded.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      switch node.op {
      case .conv2D(var convolution):
        if let scope = convolution.weight.fusedScope {
          convolution.weight = .stored(scope + ".weight")
          convolution.bias = convolution.bias.map { _ in .stored(scope + ".bias") }
        }
        return try builder.add(.conv2D(convolution), inputs, origin: node.origin)
      case .channelAffine(let affine):
        // A normalisation that stands alone stays one.
        guard case .scale(let norm)? = affine.scale else { break }
        var op = BatchNorm()
        op.scope = norm.scope
        op.epsilon = norm.epsilon
        return try builder.add(.batchNorm(op), inputs, origin: node.origin)
      case .input, .batchNorm, .activate, .add, .concat, .slice, .maxPool, .averagePool, .upsample, .resizeNearest,
        .zeroPad, .spaceToDepth, .depthToSpace, .identity, .decodeDetections:
        break
      }
      return try builder.add(node.op, inputs, origin: node.origin)
    }
  }
}

extension ParameterExpression {
  /// The scope of the convolution that stands for a recipe in a fused model: the convolution's own, and for a sum of
  /// branches the `conv` of what contains them. Nothing for a tensor that is stored anyway.
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
