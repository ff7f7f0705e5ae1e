import ModelIR

/// A rewriting of the graph that preserves its meaning.
///
/// A pass rebuilds the graph and never edits it, so that types, order and dead code are correct by construction. A pass
/// knows no names of blocks; it recognises its patterns by structure.
package struct Pass: Sendable {
  /// The name, a verb and an object: `fold-batch-norm`.
  package let name: String
  package let run: @Sendable (Graph) -> Graph
}

extension [Pass] {
  /// From the elaborated graph to the inference graph, in order, each with the reason for its position.
  package static let inference: [Pass] = [
    .dropIdentities,  // first: the passes below examine adjacent operators
    .foldBatchNorm,  // the fusions below match plain convolutions
    .fuseParallelConvolutions,  // before activations, which come after the sum
    .fuseActivation,  // last of the fusions: needs the final convolutions
    .simplifyConcat,  // only connections are left to simplify
  ]

  /// From the inference graph to the graph that is planned: rewrites for gelan's kernels, in order, each with the
  /// reason for its position.
  package static let execution: [Pass] = [
    .readConcatsInPlace,  // first: the next pass finds upsampled inputs of a convolution
    .multiplyBeforeUpsampling,  // before siblings merge: it changes a convolution's inputs
    .mergeSiblingConvolutions,  // before additions: a convolution with an addend has no siblings
    .fuseAddition,  // before upsampled terms: a convolution adds none after its activation
    .upsampleWhileAdding,  // last: a term that a convolution adds after its activation must have its size
  ]
}

/// The inference form of a graph: only the outputs that inference needs, everything folded and fused, and no dead code.
///
/// Selecting the outputs is what strips the auxiliary branch.
///
/// - Parameter roles: The outputs to keep.
package func optimize(_ graph: Graph, keeping roles: Set<Output.Role> = [.main], passes: [Pass] = .inference) -> Graph {
  passes.reduce(strip(graph, keeping: roles)) { $1.run($0) }
}

/// The plan of an inference graph.
///
/// - Parameter passes: Rewrites for gelan's kernels; empty for a plan that other engines run.
package func deploymentPlan(_ inference: Graph, passes: [Pass] = .execution) -> Plan {
  plan(passes.reduce(inference) { $1.run($0) })
}

/// The graph with only the outputs of these roles, and the operators that they need.
package func strip(_ graph: Graph, keeping roles: Set<Output.Role> = [.main]) -> Graph {
  graph.rebuilt(keeping: { roles.contains($0.role) }) { (builder, node, _, inputs) throws(TypeError) in
    try builder.add(node.op, inputs, origin: node.origin)
  }
}
