import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A head of one group with the sources of two or three groups: it treats the auxiliary levels as levels of its own.
  package static let singleHead = Check(code: .singleHead) { model, graph in
    guard let head = HeadLevels(model, graph), head.isRepeated else { return [] }
    let block = head.layer.block.value
    return [
      Diagnostic(
        .singleHead, severity: .warning,
        "\(block) treats \(head.sources.count) sources as \(head.groups[0].count) levels, and their strides repeat",
        at: head.layer.block.range, secondary: head.leftOut(model, graph),
        notes: ["a dual head has an auxiliary and a main group of levels; a single head predicts from all of them"],
        help: [
          "give \(block) only the main levels, or write the head of \(head.runs.count) groups of \(head.wholeGroup.count)"
        ])
    ]
  }
}
