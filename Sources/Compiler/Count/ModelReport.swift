import ModelIR

/// The costs of a model, per row and in total: for training as written, stripped, and stripped and fused.
///
/// FLOPs are two per multiply-accumulate of the convolutions, without biases, as in published tables. Parameters
/// include the constant projection of each detection head, as the official code counts them.
package struct ModelReport: Sendable, Equatable {
  package struct Cost: Sendable, Equatable {
    package var parameters = 0
    package var flops = 0
  }

  /// The outputs that a row works for.
  package enum Branch: String, Sendable, Equatable {
    case main
    case auxiliary
    /// Both outputs.
    case shared
    /// No output.
    case dead
  }

  package struct RowReport: Sendable, Equatable {
    package var index: Int
    package var row: Row
    package var branch: Branch
    /// As written.
    package var training: Cost
    /// The remaining cost when stripped, unfused.
    package var stripped: Cost
    /// The remaining cost when stripped and fused.
    package var inference: Cost
    /// The shapes of its results at the model's input size, with the batch dimension.
    package var shapes: [[Int]]
  }

  package let name: String
  package let inputChannels: Int
  package let inputHeight: Int
  package let inputWidth: Int
  package let heightMultiple: Int
  package let widthMultiple: Int
  package let classNames: [String]
  /// The stride of each level of the main output, in input pixels per cell.
  package let strides: [Double]
  package let rows: [RowReport]
  package let training: Cost
  package let stripped: Cost
  package let inference: Cost

  /// - Parameters:
  ///   - graph: An elaborated graph.
  ///   - optimized: Its inference form.
  package init(_ graph: Graph, optimized: Graph) {
    name = graph.name
    inputHeight = graph.inputHeight
    inputWidth = graph.inputWidth
    heightMultiple = graph.heightMultiple
    widthMultiple = graph.widthMultiple
    classNames = graph.classNames
    inputChannels = graph.nodes.first?.type.channels ?? 0
    let main = graph.isLive(from: graph.outputs.filter { $0.role == .main })
    let auxiliary = graph.isLive(from: graph.outputs.filter { $0.role == .auxiliary })
    let costs = Self.costs(of: graph)
    training = costs.total()
    stripped = costs.total { main[$0] }
    let inferenceCosts = Self.costs(of: optimized)
    inference = inferenceCosts.total()
    strides =
      optimized.outputs.first.flatMap { optimized[$0.value].op.semantics.resultMeaning.detections?.strides } ?? []

    let nodesOfRow = Dictionary(grouping: graph.nodes.indices) { graph.nodes[$0].origin.row }
    let inferenceNodesOfRow = Dictionary(grouping: optimized.nodes.indices) { optimized.nodes[$0].origin.row }
    rows = graph.rows.enumerated().map { index, row in
      let nodes = nodesOfRow[index] ?? []
      let works = (nodes.contains { main[$0] }, nodes.contains { auxiliary[$0] })
      let branch: Branch =
        switch works {
        case (true, true): .shared
        case (true, false): .main
        case (false, true): .auxiliary
        case (false, false): .dead
        }
      return RowReport(
        index: index, row: row, branch: branch, training: costs.total(nodes),
        stripped: costs.total(nodes.filter { main[$0] }),
        inference: inferenceCosts.total(inferenceNodesOfRow[index] ?? []),
        shapes: row.results.compactMap { $0.shape(height: graph.inputHeight, width: graph.inputWidth).map { [1] + $0 } }
      )
    }
  }

  /// The cost of each node.
  private static func costs(of graph: Graph) -> [Cost] {
    graph.nodes.map { node in
      let inputs = graph.inputTypes(of: node)
      let sizes = node.op.semantics.parameters(inputs).filter { $0.kind == .parameter }.map { use in
        use.shape.reduce(1) { saturatingProduct($0, $1) }
      }
      let output = node.type.shape(height: graph.inputHeight, width: graph.inputWidth)
      let work = output.map { node.op.semantics.multiplyAccumulates(inputs, output: $0) } ?? 0
      return Cost(parameters: saturatingSum(sizes), flops: saturatingProduct(2, work))
    }
  }
}

extension [ModelReport.Cost] {
  fileprivate func total(_ indices: [Int]) -> ModelReport.Cost {
    ModelReport.Cost(
      parameters: saturatingSum(indices.map { self[$0].parameters }),
      flops: saturatingSum(indices.map { self[$0].flops }))
  }

  fileprivate func total(where isCounted: (Int) -> Bool = { _ in true }) -> ModelReport.Cost {
    total(self.indices.filter(isCounted))
  }
}
