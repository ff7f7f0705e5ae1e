import Diagnostics
import ModelSyntax

/// The collection of errors: every independent one, each once.
extension Elaborator {
  /// Checks each column of a row without a value separately.
  mutating func checkColumns(of layer: LayerDeclaration, _ index: Int) {
    let evaluator = rowEvaluator(index)
    var failure: ElaborationFailure?
    _ = failure.attempt { () throws(ElaborationFailure) in try evaluator.evaluateSource(layer.from) }
    _ = failure.attempt { () throws(ElaborationFailure) in try readNumber(layer, evaluator, allowsNone: false) }
    _ = failure.attempt { () throws(ElaborationFailure) in
      try bind(layer, evaluator, to: try signature(of: layer.block))
    }
    report(failure, in: layer, of: nil)
  }

  /// Reports errors of a row or entry that were found without expanding it.
  mutating func report(_ failure: ElaborationFailure?, in layer: LayerDeclaration, of block: String?) {
    for var fault in failure?.faults ?? [] {
      fault.frames = [ElaborationFailure.Frame(layer: layer, block: block, sources: [])]
      report(fault)
    }
  }

  mutating func report(_ fault: ElaborationFailure.Fault) {
    let report = FaultReport(
      fault: fault, model: model, builder: builder, rowValues: rowValues, inputSize: inputSize)
    let diagnostic = report.diagnostic
    // An error inside a block of the model's own is reported once, however many rows use the block.
    let isKnown = diagnostics.contains { $0.code == diagnostic.code && $0.primary.range == diagnostic.primary.range }
    if !isKnown { diagnostics.append(diagnostic) }
  }
}
