import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A model in which no row makes predictions: its plan cannot detect objects.
  package static let missingHead = Check(code: .missingHead) { model, graph in
    let hasHead = graph.nodes.contains { $0.op.semantics.resultMeaning.isPrediction }
    guard !hasHead, let last = model.rows.last?.layer else { return [] }
    return [
      Diagnostic(
        .missingHead, severity: .warning, "the model makes no predictions: none of its rows is a detection head",
        at: last.block.range, label: "this row's result is the model's",
        help: ["add a head as the last row, such as [[p3, p4, p5], 1, DDetect, [\(model.classCountName)]]"])
    ]
  }
}
