import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A head of several groups with the wrong number of sources, so that levels fall into the wrong group.
  ///
  /// The official code divides the number of sources by the number of groups, without a check.
  package static let mixedGroups = Check(code: .mixedGroups) { model, graph in
    guard let head = HeadLevels(model, graph), head.mixesGroups else { return [] }
    let (groups, runs) = (head.groups, head.runs)
    let count = groups.joined().count
    let whole = head.wholeGroup
    let text = { (strides: [Double]) in strides.map(strideText).joined(separator: ", ") }
    var cut: [String] = []
    var first = 0
    for (group, strides) in groups.enumerated() {
      let sources = head.sources.count == count ? head.sources[first..<first + strides.count].map(\.text) : []
      let names = sources.isEmpty ? "the group of strides \(text(strides))" : "[\(sources.joined(separator: ", "))]"
      cut.append("\(names) \(head.isAuxiliary[group] ? "auxiliary" : "main")")
      first += strides.count
    }
    let wanted = groups.count * whole.count
    var help = ["give every group the levels of strides \(text(whole)): \(wanted) sources"]
    if runs.count != groups.count, runs.allSatisfy({ $0 == whole }) {
      help.append("these are \(runs.count) groups of \(whole.count) levels; a head of that many groups takes them")
    }
    return [
      Diagnostic(
        .mixedGroups, severity: .warning,
        "\(count) sources make \(groups.count) groups of \(groups[0].count) with mixed-up levels",
        at: head.layer.from.range, label: cut.joined(separator: ", "),
        secondary: head.leftOut(model, graph),
        notes: [
          "the groups have the strides \(groups.map(text).joined(separator: " and "))",
          "the official code builds this, and applies the first group's strides to all",
        ], help: help)
    ]
  }
}
