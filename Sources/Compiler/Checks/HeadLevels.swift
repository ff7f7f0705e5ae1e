import Diagnostics
import ModelIR
import ModelSyntax

/// The groups of levels that the head reads, as the strides of their levels.
struct HeadLevels {
  let layer: LayerDeclaration
  /// Whether each group is for training only.
  let isAuxiliary: [Bool]
  let groups: [[Double]]
  /// The sources of the head as written, one for each level of each group; only when they are a list.
  let sources: [SourceRange]

  init?(_ model: ModelDeclaration, _ graph: Graph) {
    guard let last = graph.rows.indices.last else { return nil }
    let main = Set(graph.outputs.filter { $0.role == .main }.map(\.value))
    var groups: [[Double]] = []
    var isAuxiliary: [Bool] = []
    for (index, node) in graph.nodes.enumerated() {
      guard node.origin.row == last, let detections = node.op.semantics.resultMeaning.detections else { continue }
      groups.append(detections.strides)
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

  /// The strides of all groups, split where a level is not coarser than the previous one.
  var runs: [[Double]] {
    groups.joined().reduce(into: []) { runs, stride in
      if let last = runs.last?.last, last < stride {
        runs[runs.count - 1].append(stride)
      } else {
        runs.append([stride])
      }
    }
  }

  /// The levels of a complete group, as far as the sources show them.
  var wholeGroup: [Double] { runs.max { $0.count < $1.count } ?? [] }

  /// Whether a group consists of several runs of levels, possibly incomplete: 8, 16, 32, 8, 16, 32.
  var isRepeated: Bool {
    groups.count == 1 && runs.count > 1 && runsArePartsOfOne && Set(sources.map(\.text)).count == sources.count
  }

  /// Whether the groups are split at other positions than the levels suggest, because sources are missing or surplus:
  /// 8, 16 and 32, 8.
  var mixesGroups: Bool {
    // Groups with the same levels in another order have the right number of sources.
    groups.count > 1 && runs != groups && Set(groups.map(Set.init)).count > 1 && runsArePartsOfOne
  }

  private var runsArePartsOfOne: Bool {
    let whole = wholeGroup
    return whole.count > 1 && runs.allSatisfy { Set($0).isSubset(of: whole) }
  }

  /// The rows that could be levels of the head and that no row reads: they were left out.
  func leftOut(_ model: ModelDeclaration, _ graph: Graph) -> [Diagnostic.Label] {
    Check.deadRow.run(model, graph).compactMap { dead in
      let row = model.rows.firstIndex { $0.layer.block.range == dead.primary.range }
      guard let row, let stride = graph.rows[row].results.first?.extents?.height.stride, wholeGroup.contains(stride)
      else { return nil }
      return Diagnostic.Label(dead.primary.range, "no row reads this")
    }
  }
}

/// The stride as text.
func strideText(_ stride: Double) -> String { Int(exactly: stride).map(String.init) ?? "\(stride)" }
