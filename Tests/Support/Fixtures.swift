import Compiler
import Diagnostics
import Foundation
import ModelIR
import ModelSyntax

/// The folders that tests read.
package enum Fixtures {
  /// The root of the repository.
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// Files that belong to the tests.
  package static let folder = root.appendingPathComponent("Tests/Fixtures")
  /// The models in `models-yaml`.
  package static let models = root.appendingPathComponent("models-yaml")
  /// Checkpoints and photographs that only some machines have; without them, the tests that need them are skipped.
  package static let shared = root.deletingLastPathComponent().appendingPathComponent("shared")

  package static var hasShared: Bool {
    FileManager.default.fileExists(atPath: shared.appendingPathComponent("weights").path)
  }

  package static func source(_ url: URL) throws -> SourceFile {
    SourceFile(name: url.lastPathComponent, bytes: Array(try Data(contentsOf: url)))
  }

  /// Reads and elaborates a model.
  package static func graph(_ url: URL, input: InputSize? = nil) throws -> Graph {
    try graph(try source(url), input: input)
  }

  package static func graph(_ source: SourceFile, input: InputSize? = nil) throws -> Graph {
    let model = try readModel(try parseYAML(source), library: .standard).value
    return try elaborate(model, library: .standard, input: input)
  }

  /// Elaborates a model that a test wrote; the compiler's diagnostics are part of the error.
  package static func graph(_ text: String) throws -> Graph {
    do {
      return try graph(SourceFile(name: "test.yaml", bytes: Array(text.utf8)))
    } catch let failure as CompileFailure {
      throw UnexpectedFailure(description: TextRenderer().render(failure.diagnostics))
    }
  }

  /// The plan for inference, as the program compiles it.
  package static func plan(of graph: Graph, passes: [Pass] = .execution) -> Plan {
    deploymentPlan(optimize(graph), passes: passes)
  }
}

/// An executable that the build placed beside the tests.
package func builtExecutable(_ name: String) -> URL {
  let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL.deletingLastPathComponent()
  return (tests ?? Fixtures.root.appendingPathComponent(".build/debug")).appendingPathComponent(name)
}

/// A model of a test that is not valid, although it should be.
package struct UnexpectedFailure: Error, CustomStringConvertible {
  package let description: String
}
