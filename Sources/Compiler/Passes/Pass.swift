import ModelIR

/// A rewriting of the graph that keeps its meaning.
///
/// A pass rebuilds, it never edits: types, order and dead code come out right by construction. None knows the name of a
/// block; what it is for is recognised by its shape.
package struct Pass: Sendable {
  /// Verb and object: `fold-batch-norm`.
  package let name: String
  package let run: @Sendable (Graph) -> Graph
}

extension [Pass] {
  /// From the elaborated graph to the inference graph, in order; each row says why it stands where it does.
  package static let inference: [Pass] = [
    .dropIdentities,  // first: the passes below look at neighbours
    .foldBatchNorm,  // the fusions below look at bare convolutions
    .fuseParallelConvolutions,  // before activations, which stand after the sum
    .fuseActivation,  // last of the fusions: needs the final convolutions
    .simplifyConcat,  // only wiring is left to tidy
  ]

  /// From the inference graph to the one that is planned: what our kernels run faster, in order. Counts are of the graph
  /// before.
  package static let execution: [Pass] = [
    .readJoinsInPlace,  // first: the next finds what is upsampled among a convolution's inputs
    .multiplyBeforeUpsampling,  // before siblings merge: it changes what a convolution reads
    .mergeSiblingConvolutions,  // before additions: a convolution with an addend has no siblings
    .fuseAddition,  // before smaller terms: a convolution adds none at its end
    .upsampleWhileAdding,  // last: what a convolution adds after its activation has to have its size
  ]
}

/// The inference form of a graph: the outputs that inference wants, everything folded and fused, nothing dead.
///
/// Choosing the outputs is what strips the auxiliary branch.
///
/// - Parameter roles: The outputs to keep.
package func optimize(_ graph: Graph, keeping roles: Set<Output.Role> = [.main], passes: [Pass] = .inference) -> Graph {
  passes.reduce(strip(graph, keeping: roles)) { $1.run($0) }
}

/// The plan of an inference graph.
///
/// - Parameter passes: Rewrites for gelan's own kernels; none for a plan that other engines are to run.
package func deploymentPlan(_ inference: Graph, passes: [Pass] = .execution) -> Plan {
  plan(passes.reduce(inference) { $1.run($0) })
}

/// The graph with the outputs of these roles alone, and what they need.
package func strip(_ graph: Graph, keeping roles: Set<Output.Role> = [.main]) -> Graph {
  graph.rebuilt(keeping: { roles.contains($0.role) }) { (builder, node, _, inputs) throws(TypeError) in
    try builder.add(node.op, inputs, origin: node.origin)
  }
}
