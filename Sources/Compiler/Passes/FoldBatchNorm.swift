import ModelIR

extension Pass {
  /// Folds a batch normalisation into the convolution that feeds it, when nothing else reads that convolution. One
  /// without a convolution before it becomes a scale and a shift per channel.
  ///
  ///     %1 = conv2d(%0) {w=W}             %1 = conv2d(%0) {w=scaled(W, N) b=shifted(none, N)}
  ///     %2 = batch_norm(%1) {N}       →
  package static let foldBatchNorm = Pass(name: "fold-batch-norm") { graph in
    let readers = graph.readerCounts
    return graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      guard case .batchNorm(let norm) = node.op else { return try builder.add(node.op, inputs, origin: node.origin) }
      let feeder = builder[inputs[0]]
      if case .conv2D(var convolution) = feeder.op, convolution.activation == .identity,
        readers[node.inputs[0].index] == 1
      {
        convolution.weight = .scaled(convolution.weight, norm.normalization)
        convolution.bias = .shifted(convolution.bias, norm.normalization)
        return try builder.add(.conv2D(convolution), feeder.inputs, origin: feeder.origin)
      }
      var affine = ChannelAffine()
      affine.scale = .scale(norm.normalization)
      affine.shift = .shifted(nil, norm.normalization)
      return try builder.add(.channelAffine(affine), inputs, origin: node.origin)
    }
  }
}
