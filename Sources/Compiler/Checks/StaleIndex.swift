import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A skip connection, given by index, that starts where a stage begins, or a head that reads a stage before it ends:
  /// what becomes of indices when a row is inserted before them.
  package static let staleIndex = Check(code: .staleIndex) { model, graph in
    guard model.dialect.hasListRows else { return [] }
    let stages = Stages(graph)
    var found: [Diagnostic] = []
    for row in graph.rows.indices {
      guard case .list(let sources) = model.rows[row].layer.from.kind else { continue }
      for source in sources {
        guard let written = source.constantInteger, written != -1 else { continue }
        let origin = written < 0 ? row + written : written
        guard graph.rows.indices.contains(origin), let end = stages.end(of: origin), end != origin else { continue }
        if stages.isHead(row) {
          found.append(
            warning("row \(row) reads row \(origin), whose stage goes on to row \(end)", source, origin, end, model))
        } else if stages.shrinks(origin), (origin..<row).contains(where: { stages.isSmaller($0, than: origin) }) {
          // A neighbour is no skip: something smaller has to lie between.
          found.append(
            warning(
              "row \(row) joins row \(origin), which only begins the stage that row \(end) ends", source, origin, end,
              model))
        }
      }
    }
    return found
  }

  private static func warning(
    _ message: String, _ source: Expression, _ origin: Int, _ end: Int, _ model: ModelDeclaration
  ) -> Diagnostic {
    let labels = [origin, end].map { row in
      let block = model.rows[row].layer.block
      return Diagnostic.Label(block.range, "row \(row), \(block.value)")
    }
    return Diagnostic(
      .staleIndex, severity: .warning, message, at: source.range, secondary: labels,
      notes: ["stages are read where they end; an index is off by one after a row is inserted before it"],
      fixIts: [Diagnostic.FixIt("read row \(end)", [Diagnostic.Edit(source.range, String(end))])])
  }
}

/// The rows of a graph as stages of one map size.
private struct Stages {
  private let graph: Graph
  private let sources: RowSources

  init(_ graph: Graph) {
    self.graph = graph
    sources = RowSources(graph)
  }

  /// Rows whose result is predictions.
  func isHead(_ row: Int) -> Bool { extents(row) == nil }

  /// Whether a row makes its map smaller than its source.
  func shrinks(_ row: Int) -> Bool {
    guard sources[row].count == 1, let source = sources[row].first else { return false }
    return isSmaller(row, than: source)
  }

  func isSmaller(_ row: Int, than other: Int) -> Bool {
    guard let small = extents(row), let large = extents(other) else { return false }
    return small.stride > large.stride
  }

  /// The last row of the chain of rows of one size that begins here.
  func end(of row: Int) -> Int? {
    var end = row
    while end + 1 < sources.count, sources[end + 1] == [end], extents(end + 1) == extents(row) { end += 1 }
    return end
  }

  private func extents(_ row: Int) -> Extent? {
    let results = graph.rows[row].results
    return results.count == 1 ? results[0].extents?.height : nil
  }
}
