import ModelIR

/// The rows that each row of a graph reads.
struct RowSources {
  private let sources: [Set<Int>]

  init(_ graph: Graph) {
    var sources = [Set<Int>](repeating: [], count: graph.rows.count)
    for node in graph.nodes {
      guard let row = node.origin.row else { continue }
      for input in node.inputs {
        if let source = graph[input].origin.row, source != row { sources[row].insert(source) }
      }
    }
    self.sources = sources
  }

  var count: Int { sources.count }

  subscript(row: Int) -> Set<Int> { sources[row] }
}
