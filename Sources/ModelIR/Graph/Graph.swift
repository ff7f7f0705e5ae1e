/// The intermediate representation: typed operators in an order in which each reads only earlier ones.
///
/// Contract of this module: it is the narrow waist between the language and the machine. The elaborator builds a
/// `Graph`, passes turn graphs into graphs, the planner turns the last one into a `Plan`, the runtime reads that.
///
/// **Invariant:** knows no YAML, no block names beyond what a table prints, reads no file, holds no weights.
/// **Invariant:** graphs are made by `GraphBuilder` alone, so every node has the type that its operator infers.
package struct Graph: Sendable, Equatable {
  package var name: String
  package var classNames: [String]
  /// The input size in pixels that counts and memory are reported for.
  package var inputHeight: Int
  package var inputWidth: Int
  /// The model's rows, for tables; nodes refer to them by index.
  package var rows: [Row]
  package internal(set) var nodes: [Node]
  package internal(set) var outputs: [Output]

  package subscript(value: ValueID) -> Node { nodes[value.index] }

  /// The types of a node's inputs.
  package func inputTypes(of node: Node) -> [TensorType] { node.inputs.map { self[$0].type } }

  /// The values in order.
  package var values: [ValueID] { nodes.indices.map(ValueID.init) }

  /// The smallest number of which the input's height must be a multiple.
  package var heightMultiple: Int { nodes.reduce(1) { leastCommonMultiple($0, $1.type.heightMultiple) } }
  /// The least number that the input's width has to be a multiple of.
  package var widthMultiple: Int { nodes.reduce(1) { leastCommonMultiple($0, $1.type.widthMultiple) } }

  /// For each value, how many node inputs and outputs read it.
  package var readerCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { counts[input.index] += 1 } }
    for output in outputs { counts[output.value.index] += 1 }
    return counts
  }

  /// For each value, the nodes that read it, in order.
  package var readers: [[ValueID]] {
    var readers = [[ValueID]](repeating: [], count: nodes.count)
    for value in values { for input in self[value].inputs { readers[input.index].append(value) } }
    return readers
  }

  /// For each value, whether some output in `roots` depends on it.
  package func isLive(from roots: some Sequence<Output>) -> [Bool] {
    var live = [Bool](repeating: false, count: nodes.count)
    for output in roots { live[output.value.index] = true }
    for index in nodes.indices.reversed() where live[index] {
      for input in nodes[index].inputs { live[input.index] = true }
    }
    return live
  }
}

/// A value, named by the node that makes it.
package struct ValueID: Sendable, Hashable, Comparable {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  package static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

/// An operator applied to values.
package struct Node: Sendable, Hashable {
  package let op: Op
  package let inputs: [ValueID]
  package let type: TensorType
  package let origin: Origin

  /// The weights that the node reads.
  package func parameters(in graph: Graph) -> [ParameterUse] {
    op.semantics.parameters(graph.inputTypes(of: self))
  }
}

/// Where a node comes from.
package struct Origin: Sendable, Hashable {
  /// The row of the model; `nil` for the image.
  package var row: Int?
  /// The prefix of the node's weights, such as `model.4.cv1.conv`.
  package var scope: String

  package init(row: Int?, scope: String) {
    self.row = row
    self.scope = scope
  }
}

/// A result of the graph.
package struct Output: Sendable, Hashable {
  package enum Role: String, Sendable, Hashable {
    /// Wanted for inference.
    case main
    /// Wanted for training alone.
    case auxiliary
  }

  package var name: String
  package var value: ValueID
  package var role: Role

  package init(name: String, value: ValueID, role: Role) {
    self.name = name
    self.value = value
    self.role = role
  }
}

/// A row of the model as it was written, and the types of its results.
package struct Row: Sendable, Hashable {
  package var name: String
  package var section: String
  package var block: String
  /// The sources as written: `-1`, `p3`, `6`.
  package var from: [String]
  package var number: Int
  /// The arguments as evaluated.
  package var arguments: String
  package var results: [TensorType]

  package init(
    name: String, section: String, block: String, from: [String], number: Int, arguments: String, results: [TensorType]
  ) {
    self.name = name
    self.section = section
    self.block = block
    self.from = from
    self.number = number
    self.arguments = arguments
    self.results = results
  }
}
