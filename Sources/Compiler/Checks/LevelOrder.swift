import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// Levels that are not ordered from fine to coarse, or groups of levels with different strides.
  ///
  /// The official code applies the strides of the first group to all groups.
  package static let levelOrder = Check(code: .levelOrder) { model, graph in
    guard let head = HeadLevels(model, graph), !head.isRepeated, !head.mixesGroups else { return [] }
    let names = { (strides: [Double]) in strides.map(strideText).joined(separator: ", ") }
    for (group, strides) in head.groups.enumerated() {
      guard let level = strides.indices.dropFirst().first(where: { strides[$0] <= strides[$0 - 1] }) else { continue }
      return [
        Diagnostic(
          .levelOrder, severity: .warning, "the head's levels have the strides \(names(strides))",
          at: head.range(group: group, level: level),
          label: "stride \(names([strides[level]])) after \(names([strides[level - 1]]))",
          notes: [
            "levels run from fine to coarse in every group; the official code applies the first group's strides to all"
          ])
      ]
    }
    guard let other = head.groups.indices.dropFirst().first(where: { head.groups[$0] != head.groups[0] }) else {
      return []
    }
    return [
      Diagnostic(
        .levelOrder, severity: .warning,
        "the head's groups have different strides, \(names(head.groups[0])) and \(names(head.groups[other]))",
        at: head.range(group: other, level: 0),
        notes: ["the official code applies the first group's strides to all, and so trains wrong boxes"])
    ]
  }
}
