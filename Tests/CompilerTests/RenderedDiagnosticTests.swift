import Compiler
import Diagnostics
import Foundation
import ModelSyntax
import TestSupport
import Testing

/// The complete rendered diagnostics of a dozen faulty models.
@Suite struct RenderedDiagnosticTests {
  static let texts = GoldenFile.urls("rendered", extension: "txt")

  @Test(arguments: texts)
  func theTextIsWhatAPersonReads(_ url: URL) throws {
    let name = url.deletingPathExtension().lastPathComponent
    let model = GoldenFile.folder.appendingPathComponent("diagnostics/\(name).yaml")
    let rendered = TextRenderer().render(try diagnose(try Fixtures.source(model)))
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1",
      rendered != (try String(contentsOf: url, encoding: .utf8))
    {
      try rendered.write(to: url, atomically: true, encoding: .utf8)
      Issue.record("rewrote \(url.lastPathComponent); look at the difference")
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == rendered)
  }

  @Test func thereAreADozen() { #expect(Self.texts.count >= 12) }

  private func diagnose(_ source: SourceFile) throws -> [Diagnostic] {
    do throws(CompileFailure) {
      let read = try readModel(try parseYAML(source), library: .standard)
      return (read.warnings + check(read.value, try elaborate(read.value, library: .standard))).inFileOrder
    } catch {
      return error.diagnostics
    }
  }
}
