/// Builds a graph node by node; each node's type is inferred as it is added, so the next one can ask for it.
///
/// A reference, because expressions ask it for types while it grows. It lives inside one function; graphs are values.
package final class GraphBuilder {
  private var graph: Graph

  /// More nodes than any network has; a bound on what a small file may stand for.
  package static let maximumNodes = 20_000
  /// Whether the bound holds; a pass may have old and new nodes side by side until the dead ones go.
  private let isBounded: Bool

  package init(name: String, classNames: [String], inputHeight: Int, inputWidth: Int, isBounded: Bool = true) {
    self.isBounded = isBounded
    graph = Graph(
      name: name, classNames: classNames, inputHeight: inputHeight, inputWidth: inputWidth, rows: [], nodes: [],
      outputs: [])
  }

  /// Adds a node and returns its value.
  package func add(_ op: Op, _ inputs: [ValueID], origin: Origin) throws(TypeError) -> ValueID {
    guard !isBounded || graph.nodes.count < Self.maximumNodes else { throw .tooLarge }
    let type = try op.semantics.resultType(inputs.map { graph[$0].type })
    graph.nodes.append(Node(op: op, inputs: inputs, type: type, origin: origin))
    return ValueID(graph.nodes.count - 1)
  }

  package func type(of value: ValueID) -> TensorType { graph[value].type }

  /// The operator that makes a value, and its inputs.
  package subscript(value: ValueID) -> Node { graph[value] }

  package func add(_ row: Row) { graph.rows.append(row) }

  package func addOutput(_ name: String, _ value: ValueID, role: Output.Role) {
    graph.outputs.append(Output(name: name, value: value, role: role))
  }

  package func finish() -> Graph { graph }
}

extension Graph {
  /// The graph that `emit` makes of this one, node by node and in order, without what no output needs.
  ///
  /// `emit` returns the value that stands for the node from now on: a new node, or an older value to leave it out. It
  /// must keep the node's type; that it does is checked here, where the pass at fault is still known.
  package func rebuilt(
    keeping isKept: (Output) -> Bool = { _ in true },
    _ emit: (_ builder: GraphBuilder, _ node: Node, _ value: ValueID, _ inputs: [ValueID]) throws(TypeError) -> ValueID
  ) -> Graph {
    let builder = GraphBuilder(
      name: name, classNames: classNames, inputHeight: inputHeight, inputWidth: inputWidth, isBounded: false)
    for row in rows { builder.add(row) }
    let kept = outputs.filter(isKept)
    let live = isLive(from: kept)
    var renamed = [ValueID?](repeating: nil, count: nodes.count)
    for value in values where live[value.index] {
      let node = self[value]
      let inputs = node.inputs.map { input in
        guard let renamed = renamed[input.index] else { preconditionFailure("A live node reads only live values.") }
        return renamed
      }
      do {
        let emitted = try emit(builder, node, value, inputs)
        precondition(builder.type(of: emitted) == node.type, "A pass must keep the type of \(node.origin.scope).")
        renamed[value.index] = emitted
      } catch {
        preconditionFailure("A pass made an ill-typed node for \(node.origin.scope): \(error)")
      }
    }
    for output in kept {
      if let value = renamed[output.value.index] { builder.addOutput(output.name, value, role: output.role) }
    }
    return builder.finish().withoutDeadNodes()
  }

  /// The graph without what no output needs.
  private func withoutDeadNodes() -> Graph {
    let live = isLive(from: outputs)
    if live.allSatisfy({ $0 }) { return self }
    var copy = self
    var renamed: [ValueID] = []
    copy.nodes = []
    for (index, node) in nodes.enumerated() {
      renamed.append(ValueID(copy.nodes.count))
      guard live[index] else { continue }
      let inputs = node.inputs.map { renamed[$0.index] }
      copy.nodes.append(Node(op: node.op, inputs: inputs, type: node.type, origin: node.origin))
    }
    copy.outputs = outputs.map { Output(name: $0.name, value: renamed[$0.value.index], role: $0.role) }
    return copy
  }
}
