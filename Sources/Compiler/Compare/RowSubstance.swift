import ModelIR

/// The content of a row, independent of notation: its operators, their connections and their inputs.
///
/// `nn.Upsample` of the list dialect and `Upsample` of the native one have the same substance.
struct RowSubstance: Equatable {
  /// One text for each operator, with names of weights relative to the row.
  private(set) var operators: [String] = []
  /// The types of the row's inputs, each value once.
  private(set) var inputs: [TensorType] = []

  /// The substance of every row of a graph.
  static func ofRows(in graph: Graph) -> [RowSubstance] {
    var substances = [RowSubstance](repeating: RowSubstance(), count: graph.rows.count)
    var places = [ValueID: String]()
    var external = [[ValueID]](repeating: [], count: graph.rows.count)
    for value in graph.values {
      let node = graph[value]
      guard let row = node.origin.row else { continue }
      let sources = node.inputs.map { input -> String in
        if graph[input].origin.row == row { return places[input] ?? "" }
        if let known = external[row].firstIndex(of: input) { return "x\(known)" }
        external[row].append(input)
        substances[row].inputs.append(graph[input].type)
        return "x\(external[row].count - 1)"
      }
      places[value] = "\(substances[row].operators.count)"
      // A scope belongs to the substance when weights are named by it.
      let hasWeights = !node.parameters(in: graph).isEmpty
      let scope = hasWeights ? node.origin.scope.dropFirst("model.\(row)".count) : ""
      let wired = "\(text(of: node.op))(\(sources.joined(separator: ", ")))"
      substances[row].operators.append(scope.isEmpty ? wired : "\(scope.dropFirst()): \(wired)")
    }
    return substances
  }

  /// The operator as text without the names of its weights, which its scope determines.
  private static func text(of op: Op) -> String {
    if case .batchNorm(let norm) = op { return "batch_norm \(norm.epsilon)" }
    let unnamed = op.replacingParameters { role, _ in .stored(role) }
    return "\(unnamed.name) \(unnamed.attributeText)"
  }
}
