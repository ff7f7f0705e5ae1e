import Compiler
import Diagnostics
import Foundation
import ModelSyntax
import TestSupport
import Testing

/// Faulty models and their diagnostics, one kind of error per file.
///
/// A line with a diagnostic ends in a comment `# error[code] COLUMN: part of the message`, or in several of them. A
/// diagnostic without a comment fails, and so does a comment without a diagnostic.
@Suite struct DiagnosticTests {
  static let files = GoldenFile.urls("diagnostics", extension: "yaml") + threads
  /// Errors that people have reported. The first line names the public thread. The models are our own and small, and
  /// have the same mistake; modules of the reporter that do not exist here are replaced where they are irrelevant.
  static let threads = GoldenFile.urls("threads", extension: "yaml")

  struct Expectation: Hashable, CustomStringConvertible {
    var line: Int
    var severity: String
    var code: String
    var column: Int
    var message: String
    var description: String { "line \(line): # \(severity)[\(code)] \(column): \(message)" }
  }

  @Test(arguments: files)
  func modelsHaveTheFaultsThatTheirCommentsName(_ url: URL) throws {
    let source = try Fixtures.source(url)
    var missing = try expectations(in: source)
    #expect(!missing.isEmpty)
    for diagnostic in diagnose(source) {
      let (line, column) = (diagnostic.primary.range.startLine, diagnostic.primary.range.startColumn)
      let found = missing.firstIndex { expected in
        (expected.line, expected.column) == (line, column) && expected.severity == diagnostic.severity.rawValue
          && expected.code == diagnostic.code.rawValue && diagnostic.message.contains(expected.message)
      }
      if let found {
        missing.remove(at: found)
      } else {
        Issue.record("\(url.lastPathComponent): not expected:\n\(TextRenderer().render(diagnostic))")
      }
    }
    #expect(missing.isEmpty)
  }

  @Test func everyCodeHasAFile() throws {
    var codes: Set<String> = []
    for url in Self.files { codes.formUnion(try expectations(in: try Fixtures.source(url)).map(\.code)) }
    #expect(codes == Set(DiagnosticCode.allCases.map(\.rawValue)))
  }

  @Test func sixtyFilesComeFromThreads() throws {
    var names: Set<String> = []
    for url in Self.threads {
      let source = try Fixtures.source(url)
      let line = source.text(source.byteRange(ofLine: 1))
      let trace = try #require(
        try line.firstMatch(of: /^# ([A-Za-z0-9-]+\/[A-Za-z0-9_.-]+ #[1-9][0-9]*): \S.*$/),
        "\(url.lastPathComponent) begins with '# owner/repository #number: what'")
      names.insert(String(trace.1))
    }
    // Some threads have several files, one for each dialect.
    #expect(names.count >= 60)
  }

  private func expectations(in source: SourceFile) throws -> [Expectation] {
    try (1...source.lineCount).flatMap { line in
      let text = source.text(source.byteRange(ofLine: line))
      return try text.matches(of: /# (error|warning)\[([a-z-]+)\] (\d+): ([^#]+?) *(?=# |$)/).map { match in
        Expectation(
          line: line, severity: String(match.1), code: String(match.2), column: try #require(Int(match.3)),
          message: String(match.4))
      }
    }
  }

  private func diagnose(_ source: SourceFile) -> [Diagnostic] {
    var found: [Diagnostic] = []
    do throws(CompileFailure) {
      let model = try readModel(try parseYAML(source), library: .standard)
      found = model.warnings
      found += check(model.value, try elaborate(model.value, library: .standard))
    } catch {
      found += error.diagnostics
    }
    return found
  }
}
