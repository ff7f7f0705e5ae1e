import ModelIR

extension Pass {
  /// Fuses an addition into the convolution that computes one of its two terms, when nothing else reads that
  /// convolution, so that a residual connection needs no pass over memory of its own.
  ///
  ///     %2 = conv2d(%1) {act=silu}
  ///     %3 = add(%0, %2)             →   %2 = conv2d(%1, %0) {act=silu add=after}
  package static let fuseAddition = Pass(name: "fuse-addition") { graph in
    let readers = graph.readerCounts
    return graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      guard case .add(let addition) = node.op, addition.largestScale == 1, inputs.count == 2 else {
        return try builder.add(node.op, inputs, origin: node.origin)
      }
      // The later term, since the earlier one may be its input.
      for (term, other) in [(1, 0), (0, 1)] where readers[node.inputs[term].index] == 1 {
        let feeder = builder[inputs[term]]
        if case .conv2D(var convolution) = feeder.op, convolution.addend == .none {
          convolution.addend = .after
          return try builder.add(.conv2D(convolution), feeder.inputs + [inputs[other]], origin: feeder.origin)
        }
      }
      return try builder.add(node.op, inputs, origin: node.origin)
    }
  }
}
