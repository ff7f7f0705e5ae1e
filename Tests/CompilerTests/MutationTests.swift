import Diagnostics
import Foundation
import TestSupport
import Testing

/// Damaged model files: none causes a trap, every error has a position in the file, and accepted models can be planned.
@Suite struct MutationTests {
  static let files =
    GoldenFile.urls("mutations", extension: "yaml") + yamlFiles(Fixtures.models) + yamlFiles(OfficialModel.folder)
    + ["mit", "ultralytics"].flatMap { yamlFiles(Fixtures.folder.appendingPathComponent($0)) }

  /// All model files, including faulty ones.
  static let allFiles = [Fixtures.models, Fixtures.folder, GoldenFile.folder].flatMap { folder in
    let enumerator = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let all = enumerator?.compactMap { $0 as? URL } ?? []
    return all.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
  }

  /// The number of mutants of all files, from `GELAN_MUTANTS`, which `make fuzz MUTANTS=300000` sets.
  static let mutants = ProcessInfo.processInfo.environment["GELAN_MUTANTS"].flatMap { Int($0) }

  static func yamlFiles(_ folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map(folder.appendingPathComponent)
  }

  /// The small files of `Golden/mutations` are elaborated each time, the larger networks only occasionally.
  @Test(arguments: files.indices)
  func damagedModelsAreRefusedWithAPlaceOrWorkToTheEnd(_ index: Int) throws {
    let isSmall = Self.files[index].path.contains("/mutations/")
    let count = isSmall ? 1000 : 80
    let tally = try compileMutants(of: Self.files[index], seed: index, count: count) { isSmall || $0 % 10 == 0 }
    #expect(tally.refused > count / 10)
  }

  @Test(.enabled(if: mutants != nil)) func manyDamagedModelsOfEveryFile() throws {
    let count = (Self.mutants ?? 0) / Self.allFiles.count + 1
    var total = Tally()
    for (index, file) in Self.allFiles.enumerated() {
      total += try compileMutants(of: file, seed: 1_000_000 + index, count: count) { $0 % 3 == 0 }
    }
    print(
      "\(Self.allFiles.count) files, \(count * Self.allFiles.count) mutants, \(total.refused) refused, slowest "
        + "\(total.slowest.time) (\(total.slowest.name))")
    #expect(total.slowest.time < .seconds(2))
  }

  private struct Tally {
    var refused = 0
    var slowest = (time: Duration.zero, name: "none")

    static func += (sum: inout Tally, other: Tally) {
      sum.refused += other.refused
      if other.slowest.time > sum.slowest.time { sum.slowest = other.slowest }
    }
  }

  private func compileMutants(of file: URL, seed: Int, count: Int, elaborating isWhole: (Int) -> Bool) throws -> Tally {
    let original = try Fixtures.source(file)
    var mutator = ModelMutator(seed: UInt64(seed))
    var tally = Tally()
    for round in 0..<count {
      let source = SourceFile(name: original.name, bytes: mutator.mutated(original.bytes))
      var outcome = DamagedModel.Outcome()
      let time = ContinuousClock().measure { outcome = DamagedModel.compile(source, isWhole: isWhole(round)) }
      if time > tally.slowest.time { tally.slowest = (time, "round \(round) of \(original.name)") }
      if outcome.failure != nil { tally.refused += 1 }
      for problem in outcome.problems { Issue.record("round \(round) of \(original.name): \(problem)") }
    }
    return tally
  }
}
