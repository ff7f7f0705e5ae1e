import ModelIR
import ModelSyntax

/// A model as one side of a comparison.
package struct ComparedModel: Sendable {
  package let graph: Graph
  package let report: ModelReport
  /// Whether rows have meaningful names.
  package let hasNames: Bool
  private let rowsByName: [String: Int]

  package init(_ graph: Graph, dialect: ModelDeclaration.Dialect) {
    self.graph = graph
    report = ModelReport(graph, optimized: optimize(graph))
    hasNames = dialect == .native
    rowsByName = Dictionary(graph.rows.indices.map { (graph.rows[$0].name, $0) }) { first, _ in first }
  }

  /// The value that a source of a row refers to.
  enum Source: Hashable {
    case image
    /// A row, and the selection from its result, such as `.0`.
    case row(Int, choice: String)
    /// An expression.
    case other(String)
  }

  func sources(ofRow index: Int) -> [Source] {
    graph.rows[index].from.map { source($0, ofRow: index) }
  }

  private func source(_ text: String, ofRow index: Int) -> Source {
    if let number = Int(text) {
      let row = number < 0 ? index + max(number, -index - 1) : number
      return row < 0 ? .image : .row(row, choice: "")
    }
    if text == "images" { return .image }
    if let row = rowsByName[text] { return .row(row, choice: "") }
    var base = text[...]
    while let dot = base.lastIndex(of: "."), Int(base[base.index(after: dot)...]) != nil {
      base = base[..<dot]
      if let row = rowsByName[String(base)] { return .row(row, choice: String(text[base.endIndex...])) }
    }
    return .other(text)
  }

  /// The source as text for messages.
  func title(_ source: Source) -> String {
    switch source {
    case .image: "images"
    case .row(let index, let choice):
      (graph.rows.indices.contains(index) ? graph.rows[index].name : "\(index)") + choice
    case .other(let text): text
    }
  }
}
