import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A head of several groups with the wrong number of sources, so that a group holds levels that were meant for another.
  ///
  /// The official code divides the number of sources by that of the groups, and builds whatever comes of it.
  package static let mixedGroups = Check(code: .mixedGroups) { model, graph in
    guard let head = HeadLevels(model, graph), head.mixesGroups else { return [] }
    let (groups, runs) = (head.groups, head.runs)
    let count = groups.joined().count
    let whole = runs.max { $0.count < $1.count } ?? []
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
    // Levels that no group was given, and that nothing else reads either, are what was left out.
    let missing = Set(runs.flatMap { run in whole.filter { !run.contains($0) } })
    let left = Check.deadRow.run(model, graph).filter { dead in
      let row = model.rows.firstIndex { $0.layer.block.range == dead.primary.range }
      let stride = row.flatMap { graph.rows[$0].results.first?.extents?.height.stride }
      return stride.map { missing.contains($0) } ?? false
    }
    return [
      Diagnostic(
        .mixedGroups, severity: .warning,
        "\(count) sources make \(groups.count) groups of \(groups[0].count) whose levels are mixed up",
        at: head.layer.from.range, label: cut.joined(separator: ", "),
        secondary: left.map { Diagnostic.Label($0.primary.range, "not read by anything") },
        notes: [
          "the groups have the strides \(groups.map(text).joined(separator: " and "))",
          "the official code builds this, and applies the first group's strides to all",
        ], help: help)
    ]
  }
}
