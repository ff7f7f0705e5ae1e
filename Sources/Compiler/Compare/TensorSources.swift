import ModelIR

/// A tensor that a model stores.
struct StoredTensor {
  let name: String
  let shape: [Int]
  let row: Int
  /// Whether the main output needs it.
  let isMain: Bool

  /// The name without the row's own part, `model.4`.
  var suffix: Substring { name.dropFirst("model.\(row)".count) }

  /// The tensors that a graph stores, each once, in the order of its operators.
  static func all(of graph: Graph) -> [StoredTensor] {
    let live = graph.isLive(from: graph.outputs.filter { $0.role == .main })
    var seen: Set<String> = []
    var tensors: [StoredTensor] = []
    for (index, node) in graph.nodes.enumerated() {
      guard let row = node.origin.row else { continue }
      for use in node.parameters(in: graph) {
        guard case .stored(let name) = use.expression, seen.insert(name).inserted else { continue }
        tensors.append(StoredTensor(name: name, shape: use.shape, row: row, isMain: live[index]))
      }
    }
    return tensors
  }
}

/// For each tensor of model B what it is called in model A.
///
/// In rows that correspond, tensors correspond by their names within the row. Where the rows are made of different
/// operators, but what works for the main output has the same shapes in the same order, they correspond by that order:
/// that is how the main branches of a dual head become those of a plain one.
struct TensorSources {
  private let partners: [Int?]
  private let partnersInA: [Int: Int]
  /// The name in A for a name in B, in rows where names alone do not tell.
  private var renamings: [String: String] = [:]

  init(_ tensorsOfA: [StoredTensor], _ tensorsOfB: [StoredTensor], partners: [Int?], alike: Set<Int>) {
    self.partners = partners
    var inverse: [Int: Int] = [:]
    for (index, partner) in partners.enumerated() { if let partner { inverse[partner] = index } }
    partnersInA = inverse
    let mainOfA = Dictionary(grouping: tensorsOfA.filter(\.isMain), by: \.row)
    let mainOfB = Dictionary(grouping: tensorsOfB.filter(\.isMain), by: \.row)
    for (rowOfB, rowOfA) in inverse where !alike.contains(rowOfA) {
      let (mine, theirs) = (mainOfB[rowOfB] ?? [], mainOfA[rowOfA] ?? [])
      guard mine.map(\.shape) == theirs.map(\.shape) else { continue }
      for (tensor, source) in zip(mine, theirs) { renamings[tensor.name] = source.name }
    }
  }

  /// The row of A that corresponds to a row of B.
  func partner(ofRow row: Int) -> Int? { partnersInA[row] }

  /// The name in A; nothing when no row of A can have the tensor.
  subscript(tensor: StoredTensor) -> String? {
    if let renamed = renamings[tensor.name] { return renamed }
    if let partner = partnersInA[tensor.row] { return "model.\(partner)\(tensor.suffix)" }
    // A row that corresponds to none may be one that was only renamed, unless A's row of that index is elsewhere.
    let isTaken = partners.indices.contains(tensor.row) && partners[tensor.row] != nil
    return isTaken ? nil : tensor.name
  }
}
