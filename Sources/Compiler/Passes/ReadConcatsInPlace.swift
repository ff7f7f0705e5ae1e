import ModelIR

extension Pass {
  /// Lets convolutions read the inputs of a concat directly, when nothing else reads the concat, so that it need not be
  /// computed.
  ///
  ///     %3 = concat(%1, %2)
  ///     %4 = conv2d(%3)      →   %3 = conv2d(%1, %2)
  package static let readConcatsInPlace = Pass(name: "read-concats-in-place") { graph in
    let readers = graph.readers
    func isMade(_ join: ValueID) -> Bool {
      graph.outputs.contains { $0.value == join }
        || readers[join.index].contains { reader in
          guard case .conv2D(let convolution) = graph[reader].op else { return true }
          return convolution.groups > 1 || graph[reader].inputs.count > 1
        }
    }
    return graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      if case .conv2D = node.op, case .concat = graph[node.inputs[0]].op, !isMade(node.inputs[0]) {
        return try builder.add(node.op, builder[inputs[0]].inputs, origin: node.origin)
      }
      return try builder.add(node.op, inputs, origin: node.origin)
    }
  }
}
