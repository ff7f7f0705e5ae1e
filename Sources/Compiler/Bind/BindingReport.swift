import ModelIR

/// How the tensors of a checkpoint fit those of a graph.
package struct BindingReport: Sendable, Equatable {
  package struct Mismatch: Sendable, Equatable {
    package let name: String
    package let expected: [Int]
    package let found: [Int]
  }

  /// Tensors of the graph that the checkpoint lacks.
  package private(set) var missing: [String] = []
  /// Tensors whose shapes differ.
  package private(set) var misshapen: [Mismatch] = []
  /// Tensors of the checkpoint that have no counterpart in the training graph.
  package private(set) var unused: [String] = []
  /// Tensors of the branches that only training needs.
  package private(set) var dropped: [String] = []
  /// The probable causes, in sentences.
  package private(set) var causes: [String] = []

  package var isComplete: Bool { faultCount == 0 }
  /// The number of tensors that do not fit.
  package var faultCount: Int { missing.count + misshapen.count }

  /// - Parameter graph: The elaborated training graph.
  package init(_ graph: Graph, _ checkpoint: Checkpoint) {
    let live = graph.isLive(from: graph.outputs.filter { $0.role == .main })
    var known: Set<String> = []
    var needed: Set<String> = []
    for value in graph.values {
      for use in graph[value].parameters(in: graph) {
        guard case .stored(let name) = use.expression else { continue }
        known.insert(name)
        guard live[value.index] else { continue }
        needed.insert(name)
        if let shape = checkpoint.shapes[name] {
          if shape != use.shape { misshapen.append(Mismatch(name: name, expected: use.shape, found: shape)) }
        } else {
          missing.append(name)
        }
      }
    }
    for name in checkpoint.shapes.keys.sorted() where !needed.contains(name) {
      if known.contains(name) {
        dropped.append(name)
      } else if !name.hasSuffix(".num_batches_tracked") {
        unused.append(name)  // every checkpoint has a counter of training steps, and no graph does
      }
    }
    causes = findCauses(graph, checkpoint)
  }

  /// The class counts that the shapes of vectors suggest, where the graph has one element for each class.
  package func classCounts(in graph: Graph) -> [Int] {
    let classes = graph.classNames.count
    return Set(misshapen.filter { $0.expected == [classes] && $0.found.count == 1 }.map { $0.found[0] }).sorted()
      .filter { (1...100_000).contains($0) }.prefix(4).map(\.self)
  }

  private func findCauses(_ graph: Graph, _ checkpoint: Checkpoint) -> [String] {
    guard !isComplete else { return [] }
    var causes: [String] = []
    let classes = graph.classNames.count
    let otherCounts = classCounts(in: graph)
    // Another class count changes only the class branches; when most shapes differ, the model is another one.
    if otherCounts.count == 1, let count = otherCounts.first, misshapen.count < checkpoint.shapes.count / 4 {
      causes.append("the checkpoint was trained for \(count) classes, the model has \(classes); try --classes \(count)")
    }
    let names = Set(checkpoint.shapes.keys)
    let isFused = missing.contains { name in
      name.hasSuffix(".bn.weight") && names.contains(name.dropLast(".bn.weight".count) + ".conv.bias")
    }
    if isFused {
      causes.append(
        "the checkpoint is in inference form, its normalisations folded, and fits where every row does; here some do not"
      )
    }
    if causes.isEmpty, missing.count > checkpoint.shapes.count / 2 || misshapen.count > checkpoint.shapes.count / 4 {
      causes.append("the checkpoint seems to belong to another model")
    } else if causes.isEmpty, !unused.isEmpty {
      causes.append("rows of the model may have been inserted, removed or changed since the checkpoint was written")
    }
    return causes
  }
}
