import ModelIR

/// A tensor that a model stores.
struct StoredTensor {
  let name: String
  let shape: [Int]
  let row: Int
  /// Whether the main output needs it.
  let isMain: Bool

  /// The name without the row's prefix, `model.4`.
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

/// The name in model A for each tensor of model B.
///
/// In corresponding rows, tensors correspond by their names within the row. When the rows have different operators, but
/// those of the main output have weights of the same shapes in the same order, they correspond by that order. The main
/// branches of a dual head correspond to those of a single head in this way.
struct TensorSources {
  private let partners: [Int?]
  private let partnersInA: [Int: Int]
  /// The name in A for a name in B, in rows where names alone do not determine it.
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

  /// The name in A; `nil` when no row of A can have the tensor.
  subscript(tensor: StoredTensor) -> String? {
    if let renamed = renamings[tensor.name] { return renamed }
    if let partner = partnersInA[tensor.row] { return "model.\(partner)\(tensor.suffix)" }
    // A row without a partner may have been renamed only, unless A's row of that index corresponds to another.
    let isTaken = partners.indices.contains(tensor.row) && partners[tensor.row] != nil
    return isTaken ? nil : tensor.name
  }
}
