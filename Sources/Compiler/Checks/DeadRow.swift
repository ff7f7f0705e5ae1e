import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A row that no output depends on: no loss trains it, its parameters are counted, and the plan drops it.
  package static let deadRow = Check(code: .deadRow) { model, graph in
    let live = graph.isLive(from: graph.outputs)
    var isUsed = [Bool](repeating: false, count: graph.rows.count)
    for (index, node) in graph.nodes.enumerated() {
      if live[index], let row = node.origin.row { isUsed[row] = true }
    }
    // In a chain of dead rows the last one is the mistake; the others only feed it.
    let sources = RowSources(graph)
    let dead = isUsed.indices.filter { !isUsed[$0] }
    let feeding = dead.reduce(into: Set<Int>()) { $0.formUnion(sources[$1]) }
    return dead.filter { !feeding.contains($0) }.map { row in
      let layer = model.rows[row].layer
      var diagnostic = Diagnostic(
        .deadRow, severity: .warning, "nothing that the model returns depends on \(layer.title)", at: layer.block.range,
        label: "never used", notes: ["the official code builds and counts such rows without a warning"])
      if graph.nodes.contains(where: { $0.origin.row == row && $0.op.semantics.resultMeaning.isPrediction }) {
        diagnostic.notes.append("a model returns the result of its last row, so it has one head")
      } else if model.dialect.hasListRows {
        diagnostic.help = [
          "if a row was inserted or removed before it, the later indices have to be renumbered"
        ]
      }
      return diagnostic
    }
  }
}
