import Diagnostics
import ModelSyntax

/// The collecting of faults: every independent one, each once.
extension Elaborator {
  /// Checks each column of a row that has no value for itself, whatever the others are.
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

  /// Reports faults of a row or entry that were found without expanding it.
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
    // A fault inside a block of the model's own shows once, however many rows call the block.
    let isKnown = diagnostics.contains { known in
      known.code == diagnostic.code
        && ([known.primary] + known.secondary).contains { $0.range == diagnostic.primary.range }
    }
    guard !isKnown else { return }
    // So does a name that is written in several places and stands for nothing.
    let same = diagnostics.firstIndex { known in
      [.unknownName, .unknownBlock].contains(known.code) && known.message == diagnostic.message
        && known.notes == diagnostic.notes && known.help == diagnostic.help
        && known.primary.range.text == diagnostic.primary.range.text
        && known.primary.range.file === diagnostic.primary.range.file
    }
    if let same {
      diagnostics[same].join(diagnostic)
    } else {
      diagnostics.append(diagnostic)
    }
  }
}

extension Diagnostic {
  /// Takes in the same fault at another place.
  fileprivate mutating func join(_ other: Diagnostic) {
    secondary.append(Label(other.primary.range, "and here"))
    guard fixIts.count == 1, other.fixIts.count == 1 else { return }
    fixIts[0].edits += other.fixIts[0].edits
  }
}
