import Diagnostics
import ModelIR
import ModelSyntax

/// The groups of levels that the head reads, each with the strides of its levels.
struct HeadLevels {
  let layer: LayerDeclaration
  /// Whether each group is for training alone.
  let isAuxiliary: [Bool]
  let groups: [[Double]]
  /// The sources of the head as written, one for each level of each group, when they are a list.
  let sources: [SourceRange]

  init?(_ model: ModelDeclaration, _ graph: Graph) {
    guard let last = graph.rows.indices.last else { return nil }
    let main = Set(graph.outputs.filter { $0.role == .main }.map(\.value))
    var groups: [[Double]] = []
    var isAuxiliary: [Bool] = []
    for (index, node) in graph.nodes.enumerated() {
      guard node.origin.row == last, case .decodeDetections(let decode) = node.op else { continue }
      groups.append(decode.strides)
      isAuxiliary.append(!main.contains(ValueID(index)))
    }
    (self.groups, self.isAuxiliary) = (groups, isAuxiliary)
    guard !groups.isEmpty else { return nil }
    layer = model.rows[last].layer
    if case .list(let items) = layer.from.kind { sources = items.map(\.range) } else { sources = [] }
  }

  func range(group: Int, level: Int) -> SourceRange {
    let index = groups[..<group].map(\.count).reduce(0, +) + level
    return sources.indices.contains(index) ? sources[index] : layer.from.range
  }

  /// The strides of all groups, cut where a level is not coarser than the one before.
  var runs: [[Double]] {
    groups.joined().reduce(into: []) { runs, stride in
      if let last = runs.last?.last, last < stride {
        runs[runs.count - 1].append(stride)
      } else {
        runs.append([stride])
      }
    }
  }

  /// Whether one group is in truth several, one after another: 8, 16, 32, 8, 16, 32.
  var isRepeated: Bool {
    let runs = runs
    return groups.count == 1 && (2...3).contains(runs.count) && runs.allSatisfy { $0 == runs[0] } && runs[0].count > 1
  }

  /// Whether the groups are cut in other places than the levels suggest, because there are too few or too many sources:
  /// 8, 16 and 32, 8.
  var mixesGroups: Bool {
    guard groups.count > 1, let whole = runs.max(by: { $0.count < $1.count }), whole.count > 1 else { return false }
    // Groups of the same levels in another order have the right number of sources.
    return Set(groups.map(Set.init)).count > 1 && runs != groups && runs.allSatisfy { Set($0).isSubset(of: whole) }
  }
}

/// A stride as people write it.
func strideText(_ stride: Double) -> String { Int(exactly: stride).map(String.init) ?? "\(stride)" }
