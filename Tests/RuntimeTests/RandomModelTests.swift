import Compiler
import Kernels
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// A compiled model computes what its graph defines, whatever passes, planner and kernels are used.
@Suite(.serialized)
struct RandomModelTests {
  private static let seeds: Range<UInt64> = 0..<120

  /// With the rewrites for gelan's own kernels and without, on one set of instructions after the other.
  @Test func compiledModelsComputeWhatTheirGraphsMean() throws {
    var blocks: Set<String> = []
    var effective: Set<String> = []
    let sets = InstructionSet.available
    for seed in Self.seeds {
      let text = RandomModel(seed: seed).text
      let graph = try Fixtures.graph(text)
      blocks.formUnion(graph.rows.map(\.block))
      let checkpoint = Checkpoint(randomFor: graph, seed: seed)
      let roles: Set<Output.Role> = seed % 3 == 0 ? [.main, .auxiliary] : [.main]
      let compiled = try [[Pass].execution, []].map {
        try CompiledModel(graph, checkpoint, keeping: roles, passes: $0)
      }
      var rewritten = compiled[0].optimized
      for pass in [Pass].execution {
        let next = pass.run(rewritten)
        if next != rewritten { effective.insert(pass.name) }
        rewritten = next
      }
      var generator = SeededGenerator(seed: seed)
      for threads in 1...(seed % 4 == 0 ? 3 : 2) {
        let height = graph.heightMultiple * generator.integer(in: 3...4)
        let width = graph.widthMultiple * generator.integer(in: 5...7)
        try expectAgreement(
          graph, compiled, checkpoint, height: height, width: width, threads: threads,
          instructions: sets[(Int(seed) + threads) % sets.count], seed: seed,
          "of seed \(seed):\n\(text)")
      }
    }
    let missing = (BlockLibrary.standard.names + CustomBlock.all.map(\.name)).filter { !blocks.contains($0) }
    #expect(effective == Set([Pass].execution.map(\.name)), "The other passes never found anything to do.")
    #expect(missing.isEmpty, "The random models never used \(missing).")
  }
}
