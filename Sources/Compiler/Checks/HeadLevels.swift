import Diagnostics
import ModelIR
import ModelSyntax

/// The groups of levels that the head reads, each with the strides of its levels.
struct HeadLevels {
  let layer: LayerDeclaration
  let groups: [[Double]]
  /// The sources of the head as written, one for each level of each group, when they are a list.
  let sources: [SourceRange]

  init?(_ model: ModelDeclaration, _ graph: Graph) {
    guard let last = graph.rows.indices.last else { return nil }
    groups = graph.nodes.compactMap { node in
      if node.origin.row == last, case .decodeDetections(let decode) = node.op { decode.strides } else { nil }
    }
    guard !groups.isEmpty else { return nil }
    layer = model.rows[last].layer
    if case .list(let items) = layer.from.kind { sources = items.map(\.range) } else { sources = [] }
  }

  func range(group: Int, level: Int) -> SourceRange {
    let index = groups[..<group].map(\.count).reduce(0, +) + level
    return sources.indices.contains(index) ? sources[index] : layer.from.range
  }

  /// Whether one group is in truth several, one after another: 8, 16, 32, 8, 16, 32.
  var isRepeated: Bool {
    guard groups.count == 1, let strides = groups.first else { return false }
    return [2, 3].contains { count in
      guard strides.count % count == 0, strides.count > count else { return false }
      let size = strides.count / count
      return strides.indices.allSatisfy { strides[$0] == strides[$0 % size] } && Set(strides).count == size
    }
  }
}
