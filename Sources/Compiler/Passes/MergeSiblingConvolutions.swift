import ModelIR

extension Pass {
  /// Merges convolutions that have the same inputs and differ only in their weights, so that the inputs are loaded into
  /// the caches, and transformed, once.
  ///
  ///     %1 = conv2d(%0) {out=24 w=A}        %1 = conv2d(%0) {out=48 w=joined(A, 24, B, 24)}
  ///     %2 = conv2d(%0) {out=24 w=B}   →    %2 = slice(%1) {from=0 to=24}
  ///                                         %3 = slice(%1) {from=24 to=48}
  package static let mergeSiblingConvolutions = Pass(name: "merge-sibling-convolutions") { graph in
    let families = Family.all(of: graph)
    var merged: [ValueID: ValueID] = [:]
    return graph.rebuilt { (builder, node, value, inputs) throws(TypeError) in
      guard let family = families[value], case .conv2D(var convolution) = node.op, let eldest = family.first else {
        return try builder.add(node.op, inputs, origin: node.origin)
      }
      if value == eldest {
        let siblings = family.compactMap { graph[$0].convolution }
        convolution.outputChannels = siblings.reduce(0) { $0 + $1.outputChannels }
        convolution.weight = .joined(
          siblings.map { ParameterExpression.Part($0.weight, channels: $0.outputChannels) })
        let biases = siblings.compactMap { sibling in
          sibling.bias.map { ParameterExpression.Part($0, channels: sibling.outputChannels) }
        }
        convolution.bias = biases.isEmpty ? nil : .joined(biases)
        let origin = Origin(row: node.origin.row, scope: jointScope(family.map { graph[$0].origin.scope }))
        merged[eldest] = try builder.add(.conv2D(convolution), inputs, origin: origin)
      }
      guard let whole = merged[eldest] else { preconditionFailure("The eldest of a family comes first.") }
      var slice = Slice()
      slice.lower = family.prefix { $0 != value }.reduce(0) { $0 + graph[$1].type.channels }
      slice.upper = slice.lower + node.type.channels
      return try builder.add(.slice(slice), [whole], origin: node.origin)
    }
  }
}

/// The common properties of siblings.
private struct Family: Hashable {
  let inputs: [ValueID]
  let op: Conv2D
  let hasBias: Bool

  init?(_ node: Node) {
    guard var common = node.convolution, common.groups == 1, common.addend == .none else { return nil }
    hasBias = common.bias != nil
    inputs = node.inputs
    common.outputChannels = 1
    common.weight = .stored("")
    common.bias = nil
    op = common
  }

  /// For each convolution that has siblings, all of them in order.
  static func all(of graph: Graph) -> [ValueID: [ValueID]] {
    var members: [Family: [ValueID]] = [:]
    for value in graph.values {
      if let family = Family(graph[value]) { members[family, default: []].append(value) }
    }
    var families: [ValueID: [ValueID]] = [:]
    for siblings in members.values where siblings.count > 1 {
      let channels = saturatingSum(siblings.map { graph[$0].type.channels })
      // Limits of one convolution: see its result type.
      let depth = siblings.first.flatMap { graph[$0].depth(in: graph) } ?? .max
      guard channels <= TensorType.maximumChannels, saturatingProduct(channels, depth) <= Int32.max else { continue }
      for sibling in siblings { families[sibling] = siblings }
    }
    return families
  }
}

/// The name of several merged scopes: `model.2.cv2.0.cv1.conv+cv2.conv`.
private func jointScope(_ scopes: [String]) -> String {
  let parts = scopes.map { $0.split(separator: ".") }
  let common = parts[0].indices.prefix { index in parts.allSatisfy { $0.count > index && $0[index] == parts[0][index] }
  }
  return scopes[0] + parts.dropFirst().map { "+" + $0.dropFirst(common.count).joined(separator: ".") }.joined()
}

extension Node {
  /// The weights of one output channel of a convolution.
  fileprivate func depth(in graph: Graph) -> Int? {
    convolution.map { saturatingProduct($0.inputChannels(inputs.map { graph[$0].type }), $0.kernel, $0.kernel) }
  }

  fileprivate var convolution: Conv2D? {
    if case .conv2D(let convolution) = op { convolution } else { nil }
  }
}
