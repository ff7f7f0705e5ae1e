import ModelIR

/// Assigns the values of an inference graph to buffers and its operators to steps.
///
/// Slices are views without cost. A concat has no cost where this is safe: a value that only one concat reads as a
/// whole is computed directly in the buffer of the concat. It is safe when the value owns its buffer (it is neither a
/// view nor the image) and has no position in another buffer yet. All other inputs of a concat are copied.
package func plan(_ graph: Graph) -> Plan {
  var storages = Storages(graph)
  storages.placeInsideJoins()

  var bufferOfRoot: [ValueID: Int] = [:]
  var buffers: [TensorType] = []
  for value in graph.values where storages.isRoot(value) {
    bufferOfRoot[value] = buffers.count
    buffers.append(graph[value].type)
  }
  func view(_ value: ValueID) -> BufferView {
    let (root, offset) = storages.place(of: value)
    guard let buffer = bufferOfRoot[root] else { preconditionFailure("Every root has a buffer.") }
    return BufferView(buffer: buffer, lower: offset, upper: offset + graph[value].type.channels)
  }

  var input: InputContract?
  var steps: [Step] = []
  for value in graph.values {
    let node = graph[value]
    if case .input = node.op {
      input = InputContract(
        view: view(value), heightMultiple: graph.heightMultiple, widthMultiple: graph.widthMultiple,
        height: graph.inputHeight, width: graph.inputWidth)
    } else if case .concat = node.op {
      var lower = view(value).lower
      for source in node.inputs {
        let from = view(source)
        let place = BufferView(buffer: view(value).buffer, lower: lower, upper: lower + from.upper - from.lower)
        if from != place {
          steps.append(Step(op: .identity(Identity()), inputs: [from], output: place, origin: node.origin))
        }
        lower = place.upper
      }
    } else if !storages.isSlice(value) {
      steps.append(Step(op: node.op, inputs: node.inputs.map(view), output: view(value), origin: node.origin))
    }
  }
  guard let input else { preconditionFailure("Every graph has an image.") }
  let outputs = graph.outputs.map {
    OutputContract(name: $0.name, view: view($0.value), meaning: graph.meaning(of: $0.value))
  }
  let plan = Plan(
    name: graph.name, classNames: graph.classNames, input: input, buffers: buffers, steps: steps, outputs: outputs)
  do {
    try plan.verify()
  } catch {
    preconditionFailure("The planner made a plan that cannot run: \(error.message)")
  }
  return plan
}

extension Graph {
  /// What a value is as an output: what the operator says that makes it, before copies.
  fileprivate func meaning(of value: ValueID) -> OutputContract.Meaning {
    var node = self[value]
    while case .identity = node.op { node = self[node.inputs[0]] }
    return node.op.semantics.resultMeaning
  }
}

/// The value whose memory contains each value: a forest of views and placements.
private struct Storages {
  private let graph: Graph
  /// The value that contains a value, and the first of its channels there.
  private var parents: [(value: ValueID, offset: Int)?]

  init(_ graph: Graph) {
    self.graph = graph
    parents = graph.nodes.map { node in
      if case .slice(let slice) = node.op { (node.inputs[0], slice.lower) } else { nil }
    }
  }

  /// Whether a value is a view alone, so that no step makes it.
  func isSlice(_ value: ValueID) -> Bool { if case .slice = graph[value].op { true } else { false } }

  func isRoot(_ value: ValueID) -> Bool { parents[value.index] == nil }

  func place(of value: ValueID) -> (root: ValueID, offset: Int) {
    var place = (root: value, offset: 0)
    while let parent = parents[place.root.index] { place = (parent.value, place.offset + parent.offset) }
    return place
  }

  mutating func placeInsideJoins() {
    for join in graph.values {
      guard case .concat = graph[join].op else { continue }
      var offset = 0
      for source in graph[join].inputs {
        if canMove(source) { parents[source.index] = (join, offset) }
        offset += graph[source].type.channels
      }
    }
  }

  private func canMove(_ value: ValueID) -> Bool {
    if case .input = graph[value].op { return false }
    return isRoot(value)
  }
}
