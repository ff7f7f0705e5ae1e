import ModelIR

extension Pass {
  /// Drops operators that return their input: identities, slices of everything, and sums and concats of one input.
  ///
  ///     %1 = identity(%0)
  ///     %2 = conv2d(%1)     →   %1 = conv2d(%0)
  package static let dropIdentities = Pass(name: "drop-identities") { graph in
    graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      if inputs.count == 1, builder.type(of: inputs[0]) == node.type, node.op.semantics.returnsInputOfSameType {
        return inputs[0]
      }
      return try builder.add(node.op, inputs, origin: node.origin)
    }
  }
}
