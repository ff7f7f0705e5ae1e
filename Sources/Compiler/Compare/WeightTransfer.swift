import ModelIR

/// The tensors of a checkpoint of model A that model B can use.
///
/// Names begin with the index of their row, so an inserted row changes the names in all later rows. The correspondence
/// of rows determines the correspondence of tensors; a name that matches by coincidence does not.
package struct WeightTransfer: Sendable, Equatable {
  package struct Group: Sendable, Equatable {
    package private(set) var names: [String] = []
    /// The number of elements of the tensors.
    package private(set) var elements = 0

    mutating func add(_ tensor: StoredTensor) {
      names.append(tensor.name)
      elements = saturatingSum([elements, tensor.shape.reduce(1) { saturatingProduct($0, $1) }])
    }
  }

  /// Consecutive rows at a constant distance: rows `a` of A are rows `b` of B.
  package struct Run: Sendable, Equatable {
    package let a: ClosedRange<Int>
    package let b: ClosedRange<Int>
  }

  /// Tensors of B with the name and the shape that they have in A.
  package private(set) var sameName = Group()
  /// Tensors of B that A has in the same shape under another name: their row was renumbered, or its branches were
  /// renamed.
  package private(set) var renamed = Group()
  /// The names in A of the renamed tensors, in the order of their names in B.
  package private(set) var oldNames: [String] = []
  /// Tensors of B that A has in another shape.
  package private(set) var reshaped = Group()
  /// Tensors of B that A lacks.
  package private(set) var added = Group()
  /// Tensors of A that B does not use.
  package private(set) var unused = Group()
  /// Tensors of B whose name and shape belong to another tensor in A: loading by name would confuse them.
  package private(set) var mistaken = Group()
  /// The rows whose weights move to another index.
  package private(set) var renumbering: [Run] = []

  /// Whether B uses all of A's tensors unchanged, and no others.
  package var isWhole: Bool {
    [renamed, reshaped, added, unused].allSatisfy(\.names.isEmpty)
  }

  /// - Parameters:
  ///   - partners: For each row of A, the corresponding row of B.
  ///   - alike: The rows of A that have the same operators as their partners.
  init(from a: Graph, to b: Graph, partners: [Int?], alike: Set<Int>) {
    let (tensorsOfA, tensorsOfB) = (StoredTensor.all(of: a), StoredTensor.all(of: b))
    let shapesOfA = Dictionary(tensorsOfA.map { ($0.name, $0.shape) }) { first, _ in first }
    let sources = TensorSources(tensorsOfA, tensorsOfB, partners: partners, alike: alike)
    var used: Set<String> = []
    var pairs: [(a: Int, b: Int)] = []
    for tensor in tensorsOfB {
      let source = sources[tensor]
      if shapesOfA[tensor.name] == tensor.shape, source != tensor.name { mistaken.add(tensor) }
      guard let source, let shape = shapesOfA[source] else {
        added.add(tensor)
        continue
      }
      used.insert(source)
      if shape != tensor.shape {
        reshaped.add(tensor)
      } else if source == tensor.name {
        sameName.add(tensor)
      } else {
        renamed.add(tensor)
        oldNames.append(source)
        if let row = sources.partner(ofRow: tensor.row), row != tensor.row, pairs.last?.b != tensor.row {
          pairs.append((row, tensor.row))
        }
      }
    }
    for tensor in tensorsOfA where !used.contains(tensor.name) { unused.add(tensor) }
    renumbering = Self.runs(pairs)
  }

  private static func runs(_ pairs: [(a: Int, b: Int)]) -> [Run] {
    var runs: [Run] = []
    for pair in pairs.sorted(by: { $0.b < $1.b }) {
      if let last = runs.last, pair.b > last.b.upperBound, pair.a - last.a.upperBound == pair.b - last.b.upperBound {
        runs[runs.count - 1] = Run(a: last.a.lowerBound...pair.a, b: last.b.lowerBound...pair.b)
      } else {
        runs.append(Run(a: pair.a...pair.a, b: pair.b...pair.b))
      }
    }
    return runs
  }
}
