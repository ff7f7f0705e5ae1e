import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A skip connection, given by index, that starts where a stage begins, or a head that reads a stage before its end:
  /// the effect of a row inserted before the indices without renumbering them.
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
            warning("row \(row) reads row \(origin), whose stage ends at row \(end)", source, origin, end, model))
        } else if stages.shrinks(origin), (origin..<row).contains(where: { stages.isSmaller($0, than: origin) }) {
          // Adjacent rows make no skip connection: a smaller map has to be between them.
          found.append(
            warning(
              "row \(row) has a skip connection from row \(origin), which begins the stage that row \(end) ends",
              source, origin, end,
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
      notes: ["stages are read at their last row; an index is off by one after a row was inserted before it"],
      fixIts: [Diagnostic.FixIt("read row \(end)", [Diagnostic.Edit(source.range, String(end))])])
  }
}

/// The rows of a graph as stages of equal map size.
private struct Stages {
  private let graph: Graph
  private let sources: RowSources

  init(_ graph: Graph) {
    self.graph = graph
    sources = RowSources(graph)
  }

  /// Rows whose result is predictions.
  func isHead(_ row: Int) -> Bool { extents(row) == nil }

  /// Whether a row's map is smaller than its source.
  func shrinks(_ row: Int) -> Bool {
    guard sources[row].count == 1, let source = sources[row].first else { return false }
    return isSmaller(row, than: source)
  }

  func isSmaller(_ row: Int, than other: Int) -> Bool {
    guard let small = extents(row), let large = extents(other) else { return false }
    return small.stride > large.stride
  }

  /// The last row of the chain of rows of the same size that begins here.
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
