import ModelIR
import ModelSyntax

/// The function of a row, as far as its operators and its sources show it.
struct RowFacts {
  enum Kind {
    /// The image itself, for later rows to read.
    case image
    /// Several results, from which fusing rows select.
    case routes
    case upsampling
    case join
    /// A sum with maps that were resized to its size.
    case fusion
    /// Pooling that keeps the size.
    case pyramid
    case head
    case layer
  }

  var kind: Kind
  /// The rows that it reads; `nil` for the image.
  var sources: [Int?]
  /// The binary logarithm of the stride; `nil` when it is not an integer.
  var level: Int?
  var isAuxiliary: Bool

  /// The facts of each row.
  static func all(_ model: ModelDeclaration, _ graph: Graph) -> [RowFacts] {
    let report = ModelReport(graph, optimized: optimize(graph))
    let nodes = Dictionary(grouping: graph.nodes.filter { $0.origin.row != nil }) { $0.origin.row ?? 0 }
    var facts: [RowFacts] = []
    for (index, row) in graph.rows.enumerated() {
      let sources = model.sourceRows(of: index)
      var kind = kind(of: row, nodes[index] ?? [])
      if kind == .image, sources.contains(where: { $0 != nil }) { kind = .layer }
      facts.append(
        RowFacts(
          kind: kind, sources: sources, level: level(of: row.results.first),
          isAuxiliary: report.rows[index].branch == .auxiliary))
    }
    return facts
  }

  private static func kind(of row: Row, _ nodes: [Node]) -> Kind {
    // A row that ends in a slice returns a tuple, even of one element.
    if row.results.count > 1 { return .routes }
    if case .slice? = nodes.last?.op { return .routes }
    if case .anchors? = row.results.first?.layout { return .head }
    var counts = (resized: 0, pooled: 0, convolved: 0)
    for node in nodes {
      if case .resizeNearest = node.op { counts.resized += 1 }
      if case .maxPool(let pool) = node.op { counts.pooled += pool.stride == 1 && pool.kernel > 1 ? 1 : 0 }
      if case .conv2D = node.op { counts.convolved += 1 }
    }
    if counts.resized > 0 { return .fusion }
    if counts.pooled > 0, counts.convolved > 0 { return .pyramid }
    guard nodes.count == 1 else { return .layer }
    if case .upsample = nodes[0].op { return .upsampling }
    if case .concat = nodes[0].op { return .join }
    if case .add = nodes[0].op { return .fusion }
    if case .identity = nodes[0].op { return .image }
    return .layer
  }

  private static func level(of type: TensorType?) -> Int? {
    guard let stride = type?.extents?.height.stride, stride >= 1, stride < 65_536 else { return nil }
    let whole = Int(stride)
    return Double(whole) == stride && whole & (whole - 1) == 0 ? whole.trailingZeroBitCount : nil
  }
}

extension ModelDeclaration {
  /// The rows that a row reads, by index; `nil` for the image.
  func sourceRows(of index: Int) -> [Int?] {
    let from = rows[index].layer.from
    guard case .list(let elements) = from.kind else { return [sourceRow(from, of: index)] }
    return elements.map { sourceRow($0, of: index) }
  }

  private func sourceRow(_ expression: Expression, of index: Int) -> Int? {
    if let number = expression.constantInteger {
      let row = number < 0 ? index + number : number
      return rows.indices.contains(row) ? row : nil
    }
    guard case .name(let name) = expression.kind else { return nil }
    return rows[..<index].lastIndex { $0.layer.name.value == name }
  }
}
