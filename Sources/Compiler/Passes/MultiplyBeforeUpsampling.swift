import ModelIR

extension Pass {
  /// Splits a pointwise convolution with an upsampled input: the weights of that input are applied before upsampling,
  /// to a quarter of the pixels or fewer, and the result is upsampled and added before the activation.
  ///
  /// A pointwise convolution is a sum over channels at each pixel, so `W · [↑a, b] = ↑(Wₐ · a) + W_b · b`.
  ///
  ///     %2 = upsample(%1) {scale=2}          %2 = conv2d(%1) {w=inputs(W, 96, 0, 32)}
  ///     %3 = conv2d(%2, %0) {act=silu w=W}   →   %3 = conv2d(%0, %2) {act=silu add=before up=2 w=inputs(W, 96, 32, 96)}
  package static let multiplyBeforeUpsampling = Pass(name: "multiply-before-upsampling") { graph in
    graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      guard case .conv2D(var convolution) = node.op, convolution.isPointwise, convolution.addend == .none,
        inputs.count > 1,
        let position = inputs.firstIndex(where: { value in
          if case .upsample(let upsample) = builder[value].op {
            upsample.scale.nonzeroBitCount == 1 && upsample.scale <= 64
          } else {
            false
          }
        }), case .upsample(let upsample) = builder[inputs[position]].op
      else { return try builder.add(node.op, inputs, origin: node.origin) }

      let widths = inputs.map { builder.type(of: $0).channels }
      let all = widths.reduce(0, +)
      let lower = widths[..<position].reduce(0, +)
      let upper = lower + widths[position]
      var small = convolution
      small.activation = .identity
      small.bias = nil
      small.weight = .inputs(convolution.weight, [lower..<upper], of: all)
      let origin = Origin(row: node.origin.row, scope: node.origin.scope + ".upsampled")
      let products = try builder.add(.conv2D(small), [builder[inputs[position]].inputs[0]], origin: origin)

      convolution.addend = .before
      convolution.addendScale = upsample.scale
      let others = [0..<lower, upper..<all].filter { !$0.isEmpty }
      convolution.weight = .inputs(convolution.weight, others, of: all)
      return try builder.add(
        .conv2D(convolution), inputs.enumerated().filter { $0.offset != position }.map(\.element) + [products],
        origin: node.origin)
    }
  }
}

extension Conv2D {
  /// Whether each output pixel depends on one input pixel, and on all of its channels.
  fileprivate var isPointwise: Bool { kernel == 1 && stride == 1 && padding == 0 && groups == 1 }
}
