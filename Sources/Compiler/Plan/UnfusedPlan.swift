import ModelIR

/// The plan of a graph as trained: nothing is folded or fused, and only what other outputs need is omitted.
///
/// Each normalisation is a step of its own, in its inference form (`ChannelAffine`). The plan is the reference for a
/// fused one, so it uses none of the passes. The kernels have tests of their own.
///
/// - Parameter roles: The outputs to keep.
package func unfusedPlan(of graph: Graph, keeping roles: Set<Output.Role> = [.main]) -> Plan {
  plan(
    strip(graph, keeping: roles).rebuilt { (builder, node, _, inputs) throws(TypeError) in
      guard case .batchNorm(let norm) = node.op else { return try builder.add(node.op, inputs, origin: node.origin) }
      var affine = ChannelAffine()
      affine.scale = .scale(norm.normalization)
      affine.shift = .shifted(nil, norm.normalization)
      return try builder.add(.channelAffine(affine), inputs, origin: node.origin)
    })
}
