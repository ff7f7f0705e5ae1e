import Compiler
import ModelIR
import TestSupport
import Testing

/// Parallel convolutions that must be fused, and similar structures that must not.
struct FusionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let block: String
    /// The remaining convolutions and sums of the block.
    let convolutions: Int
    let sums: Int
    let why: String
    var testDescription: String { "\(block): \(why)" }
  }

  private static let cases = [
    Case(block: "rep_identity", convolutions: 2, sums: 0, why: "a normalised copy of the input is a kernel with a 1"),
    Case(block: "rep_input", convolutions: 2, sums: 0, why: "two grouped kernels and the input itself"),
    Case(block: "rep_strided", convolutions: 1, sums: 0, why: "equal strides and centres"),
    Case(block: "rep_shared", convolutions: 2, sums: 2, why: "a branch has two readers"),
    Case(block: "rep_activated", convolutions: 2, sums: 1, why: "an activation stands between"),
    Case(block: "rep_other_strides", convolutions: 2, sums: 1, why: "the strides differ"),
    Case(block: "rep_shifted", convolutions: 2, sums: 1, why: "a pool stands between"),
    Case(block: "rep_dilated", convolutions: 2, sums: 1, why: "a dilated window is no larger square"),
    Case(block: "rep_eccentric", convolutions: 2, sums: 1, why: "a dilated window has another centre"),
    Case(block: "rep_sources", convolutions: 2, sums: 1, why: "the branches read different maps"),
  ]

  @Test(arguments: cases)
  func parallelConvolutionsFuseWhereTheyMay(_ row: Case) throws {
    let graph = try Fixtures.graph(
      """
      classes: 1
      blocks:
      \(CustomBlock.named(row.block).definition)
      backbone:
        image: [images, 1, Silence, []]
        row: [-1, 1, \(row.block), [6]]
      """)
    let checkpoint = Checkpoint(randomFor: graph, seed: 3)
    let compiled = try CompiledModel(graph, checkpoint)
    #expect(compiled.optimized.nodes.count { $0.op.name == "conv2d" } == row.convolutions)
    #expect(compiled.optimized.nodes.count { $0.op.name == "add" } == row.sums)
    #expect(compiled.optimized.nodes.allSatisfy { $0.op.name != "batch_norm" && $0.op.name != "channel_affine" })
    try expectAgreement(graph, [compiled], checkpoint, height: 12, width: 20, threads: 1)
  }
}
