import ModelIR

extension Pass {
  /// Fuses an activation into the convolution that feeds it, when nothing else reads that convolution.
  ///
  ///     %1 = conv2d(%0)
  ///     %2 = activation(%1) {act=silu}   →   %1 = conv2d(%0) {act=silu}
  package static let fuseActivation = Pass(name: "fuse-activation") { graph in
    let readers = graph.readerCounts
    return graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      if case .activate(let activate) = node.op, readers[node.inputs[0].index] == 1 {
        let feeder = builder[inputs[0]]
        if case .conv2D(var convolution) = feeder.op, convolution.activation == .identity {
          convolution.activation = activate.activation
          return try builder.add(.conv2D(convolution), feeder.inputs, origin: feeder.origin)
        }
      }
      return try builder.add(node.op, inputs, origin: node.origin)
    }
  }
}
