import Compiler
import Diagnostics
import Foundation
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// Damaged model files that are still models can be formatted and converted without a change of meaning.
@Suite struct RewriteMutationTests {
  private static let others = ["mit/v9-s", "ultralytics/yolov9t", "official/gelan-t"].map {
    Fixtures.folder.appendingPathComponent("\($0).yaml")
  }
  static let files =
    GoldenFile.urls("mutations", extension: "yaml") + others
    + ["gelan-t", "gelan-scalable"].map { Fixtures.models.appendingPathComponent("\($0).yaml") }

  @Test(arguments: files.indices)
  func whatIsStillAModelCanBeRewritten(_ index: Int) throws {
    let original = try Fixtures.source(Self.files[index])
    let isSmall = Self.files[index].path.contains("/mutations/")
    var mutator = ModelMutator(seed: UInt64(1000 + index))
    var rewritten = 0
    for round in 0..<(isSmall ? 600 : 150) {
      let source = SourceFile(name: original.name, bytes: mutator.mutated(original.bytes))
      guard let yaml = try? parseYAML(source),
        let model = try? readModel(yaml, library: .standard).value.refusingFaults()
      else {
        continue
      }
      do {
        if model.dialect == .native {
          let text = try formatModel(yaml)
          let again = try formatModel(try parseYAML(SourceFile(name: "again.yaml", text: text)))
          if again != text { Issue.record("round \(round): formatting again changes\n\(text)to\n\(again)") }
        } else if isSmall || round % 3 == 0, let graph = try? elaborate(model, library: .standard) {
          _ = try convertModel(model, yaml, graph: graph, library: .standard)
        } else {
          continue
        }
        rewritten += 1
      } catch {
        Issue.record("round \(round): \(error) of\n\(source.text(0..<source.bytes.count))")
      }
    }
    #expect(rewritten > 0)
  }
}
