import ModelIR

extension Pass {
  /// Drops operators that return their input: identities, slices of everything, and sums and concats of one input.
  ///
  ///     %1 = identity(%0)
  ///     %2 = conv2d(%1)     →   %1 = conv2d(%0)
  package static let dropIdentities = Pass(name: "drop-identities") { graph in
    graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      if inputs.count == 1, builder.type(of: inputs[0]) == node.type {
        switch node.op {
        case .identity, .slice, .add, .concat: return inputs[0]
        case .activate(let activate) where activate.activation == .identity: return inputs[0]
        case .upsample(let upsample) where upsample.scale == 1: return inputs[0]
        case .spaceToDepth, .depthToSpace: return inputs[0]
        case .input, .conv2D, .batchNorm, .channelAffine, .activate, .maxPool, .averagePool, .upsample, .resizeNearest,
          .zeroPad, .decodeDetections:
          break
        }
      }
      return try builder.add(node.op, inputs, origin: node.origin)
    }
  }
}
