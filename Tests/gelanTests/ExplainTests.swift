import Compiler
import Foundation
import GelanCompiler
import ModelSyntax
import TestSupport
import Testing

@testable import Diagnostics
@testable import gelan

/// The pages about diagnostic codes.
///
/// A code without a page does not compile; a page that is not true fails here.
@Suite struct ExplainTests {
  private let folder = Fixtures.root.appendingPathComponent("Sources/Diagnostics/Explanations")

  /// What is found in a model; the pages call it example.yaml, and nothing lies beside it.
  private func diagnostics(of model: String) -> [Diagnostic] {
    do throws(CompileFailure) {
      return try ElaboratedModel(SourceFile(name: "example.yaml", text: model)).warnings
    } catch {
      return error.diagnostics
    }
  }

  @Test(arguments: DiagnosticCode.allCases) func thePageHasAllItsParts(_ code: DiagnosticCode) {
    let page = Explanation(code)
    #expect(!page.title.isEmpty, "the first line is '# error[CODE]: what is wrong' or '# warning[CODE]: …'")
    #expect(!page.text.isEmpty, "the meaning stands under the first line")
    #expect(!page.failing.isEmpty, "a model stands under '## Fails'")
    #expect(!page.corrected.isEmpty, "a model stands under '## Corrected'")
    let file = folder.appendingPathComponent(code.rawValue + ".md").path
    #expect(FileManager.default.contents(atPath: file).map(Array.init) == code.page.markdown, "another file's row")
  }

  @Test(arguments: DiagnosticCode.allCases) func theFailingModelShowsThisFaultAndNoOther(_ code: DiagnosticCode) {
    let page = Explanation(code)
    let found = diagnostics(of: page.failing)
    #expect(found.map(\.code) == [code], "\(TextRenderer().render(found))")
    #expect(found.map(\.severity) == [page.severity])
  }

  @Test(arguments: DiagnosticCode.allCases) func theCorrectedModelHasNoFault(_ code: DiagnosticCode) {
    let found = diagnostics(of: Explanation(code).corrected)
    #expect(found.isEmpty, "\(TextRenderer().render(found))")
  }

  @Test(arguments: DiagnosticCode.allCases.filter { Explanation($0).severity == .warning })
  func aWarningIsSilencedAsItsPageSays(_ code: DiagnosticCode) throws {
    let page = Explanation(code)
    let comment = "# gelan: allow(\(code.rawValue))"
    #expect(page.plainText.contains(comment))
    var lines = page.failing.split(separator: "\n").map(String.init)
    let place = try #require(diagnostics(of: page.failing).first?.primary.range)
    lines.insert(comment, at: place.startLine - 1)
    #expect(diagnostics(of: lines.joined(separator: "\n")).isEmpty)
  }

  @Test(arguments: DiagnosticCode.allCases) func onlyTheLastLineSpeaksOfSilencing(_ code: DiagnosticCode) {
    #expect(!Explanation(code).text.contains("allow("), "that line is added to every warning's page")
  }

  @Test func anErrorCannotBeSilenced() {
    #expect(Explanation(.unknownBlock).silencing == nil)
    #expect(!Explanation(.unknownBlock).plainText.contains("allow("))
  }

  @Test func everyPageIsOfACode() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(files) == Set(DiagnosticCode.allCases.map { $0.rawValue + ".md" }))
  }

  @Test func theListHasEveryCode() throws {
    let result = try Tool.run("explain")
    #expect(result.status == 0)
    let rows = result.output.split(separator: "\n").filter { $0.hasPrefix("  ") }
    let listed = rows.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(listed.sorted() == DiagnosticCode.allCases.map(\.rawValue).sorted())
  }

  @Test func thePageIsPrintedWithoutMarkdown() throws {
    let result = try Tool.run("explain", "unknown-block")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("error[unknown-block]: a row names a block that does not exist\n"))
    #expect(result.output.contains("    backbone:\n      p1: [-1, 1, Conf, [16, 3, 2]]"))
    #expect(!result.output.contains("`") && !result.output.contains("#"))
  }

  @Test func anUnknownCodeIsWrongUsage() throws {
    let result = try Tool.run("explain", "unknown-blok")
    #expect(result.status == 2)
    #expect(result.errors.contains("did you mean 'unknown-block'"), "\(result.errors)")
  }
}
