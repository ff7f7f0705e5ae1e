import Compiler
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// What a compiled model computes is what its graph means, whatever passes, planner and kernels make of it.
@Suite(.serialized)
struct RandomModelTests {
  private static let seeds: Range<UInt64> = 0..<120

  @Test func compiledModelsComputeWhatTheirGraphsMean() throws {
    var blocks: Set<String> = []
    for seed in Self.seeds {
      let text = RandomModel(seed: seed).text
      let graph = try Fixtures.graph(text)
      blocks.formUnion(graph.rows.map(\.block))
      let checkpoint = Checkpoint(randomFor: graph, seed: seed)
      let roles: Set<Output.Role> = seed % 3 == 0 ? [.main, .auxiliary] : [.main]
      let compiled = try CompiledModel(graph, checkpoint, keeping: roles)
      var generator = SeededGenerator(seed: seed)
      for threads in 1...(seed % 4 == 0 ? 3 : 2) {
        let height = graph.heightMultiple * generator.integer(in: 3...4)
        let width = graph.widthMultiple * generator.integer(in: 5...7)
        try expectAgreement(
          graph, compiled, checkpoint, height: height, width: width, threads: threads, seed: seed,
          "of seed \(seed):\n\(text)")
      }
    }
    let missing = (BlockLibrary.standard.names + CustomBlock.all.map(\.name)).filter { !blocks.contains($0) }
    #expect(missing.isEmpty, "The random models never used \(missing).")
  }
}
