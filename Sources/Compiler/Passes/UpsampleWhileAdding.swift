import ModelIR

extension Pass {
  /// Adds smaller maps directly, each of their pixels to a square of the sum's pixels, so that a map that is upsampled
  /// only to be added is neither written nor read at its full size.
  ///
  /// The last term is kept, since it determines the sum's size.
  ///
  ///     %2 = upsample(%1) {scale=4}
  ///     %3 = add(%2, %0)             →   %2 = add(%1, %0) {up=4}
  package static let upsampleWhileAdding = Pass(name: "upsample-while-adding") { graph in
    graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      guard case .add(var addition) = node.op else { return try builder.add(node.op, inputs, origin: node.origin) }
      let type = node.type
      var terms = inputs
      for (index, term) in inputs.enumerated().dropLast() {
        let source = builder[term]
        // Resizing a map to a larger one's size repeats pixels only when the larger size is a multiple.
        guard source.op.semantics.repeatsElements, let scale = builder.type(of: source.inputs[0]).scale(to: type)
        else { continue }
        terms[index] = source.inputs[0]
        addition.largestScale = max(addition.largestScale, scale)
      }
      return try builder.add(.add(addition), terms, origin: node.origin)
    }
  }
}
