import Compiler
import Diagnostics
import Foundation
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// Damaged model files: none traps, every refusal names a place in the file, and what is accepted can be planned.
@Suite struct MutationTests {
  static let files =
    GoldenFile.urls("mutations", extension: "yaml") + yamlFiles(Fixtures.models) + yamlFiles(OfficialModel.folder)
    + ["mit", "ultralytics"].flatMap { yamlFiles(Fixtures.folder.appendingPathComponent($0)) }

  static func yamlFiles(_ folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map(folder.appendingPathComponent)
  }

  /// The small files of `Golden/mutations` are elaborated each time, the networks, which take longer, now and then.
  @Test(arguments: files.indices)
  func damagedModelsAreRefusedWithAPlaceOrWorkToTheEnd(_ index: Int) throws {
    let original = try Fixtures.source(Self.files[index])
    var mutator = ModelMutator(seed: UInt64(index))
    let isSmall = Self.files[index].path.contains("/mutations/")
    let count = isSmall ? 1000 : 80
    var (refused, accepted) = (0, 0)
    for round in 0..<count {
      let source = SourceFile(name: original.name, bytes: mutator.mutated(original.bytes))
      do throws(CompileFailure) {
        let model = try readModel(try parseYAML(source), library: .standard).value
        if isSmall || round % 10 == 0 { try check(try elaborate(model, library: .standard)) }
        accepted += 1
      } catch {
        refused += 1
        for problem in problems(error, in: source) { Issue.record("round \(round): \(problem)") }
      }
    }
    #expect(refused > count / 10 && refused + accepted == count)
  }

  private func check(_ graph: Graph) throws(CompileFailure) {
    let optimized = optimize(graph)
    let plan = plan(optimized)  // verifies itself
    #expect(plan.outputs.count == optimized.outputs.count)
    let report = ModelReport(graph, optimized: optimized)
    #expect(report.inference.parameters <= report.training.parameters)
  }

  private func problems(_ failure: CompileFailure, in source: SourceFile) -> [String] {
    var found: [String] = []
    if !failure.diagnostics.contains(where: { $0.severity == .error }) { found.append("no error") }
    for diagnostic in failure.diagnostics {
      let range = diagnostic.primary.range
      if range.file !== source { found.append("\(diagnostic.code) points into another file") }
      if range.lower < 0 || range.lower > range.upper || range.upper > source.bytes.count {
        found.append("\(diagnostic.code) points outside the file: \(range.lower)..<\(range.upper)")
      }
      if diagnostic.message.isEmpty { found.append("\(diagnostic.code) says nothing") }
      let text = TextRenderer(colour: true).render(diagnostic)
      if !text.contains(diagnostic.code.rawValue) { found.append("\(diagnostic.code) is not rendered") }
    }
    return found
  }
}
