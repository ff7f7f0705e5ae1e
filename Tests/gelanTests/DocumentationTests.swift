import Foundation
import TestSupport
import Testing

@testable import gelan

/// What README and articles refer to exists.
@Suite struct DocumentationTests {
  /// Paths from the root of the repository.
  static let pages: [String] = {
    let folder = "Sources/gelan.docc"
    let names = try? FileManager.default.contentsOfDirectory(atPath: Fixtures.root.appendingPathComponent(folder).path)
    return ["README.md"] + (names ?? []).filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
  }()

  @Test func readmeIsReadInFiveMinutes() throws {
    let words = try text(of: "README.md").split(whereSeparator: \.isWhitespace)
    #expect(words.count <= 1300)
  }

  @Test(arguments: pages)
  func relativeLinksResolve(_ page: String) throws {
    let folder = Fixtures.root.appendingPathComponent(page).deletingLastPathComponent()
    for match in try text(of: page).matches(of: /\]\(([^)\s]+)\)/) where !match.1.contains("://") {
      let path = String(match.1.prefix { $0 != "#" })
      #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path), "\(page): \(path)")
    }
  }

  /// A walk may name a file that is to be made: `Sources/…/Negate.swift` (new).
  @Test(arguments: pages)
  func namedPathsExist(_ page: String) throws {
    for match in try text(of: page).matches(of: /`((?:Sources|Tests|models-yaml)\/[\w.+\/-]+)`( \(new\))?/) {
      guard match.2 == nil else { continue }
      let path = Fixtures.root.appendingPathComponent(String(match.1)).path
      #expect(FileManager.default.fileExists(atPath: path), "\(page): \(match.1)")
    }
  }

  @Test(arguments: pages)
  func namedCommandsExist(_ page: String) throws {
    let text = try text(of: page)
    var names = text.matches(of: /`gelan ([a-z][a-z-]*)/).map { String($0.1) }
    // In fenced code, a line that begins with the program or pipes into it.
    for (index, part) in text.components(separatedBy: "```").enumerated() where index % 2 == 1 {
      for line in part.split(separator: "\n") {
        if let match = line.firstMatch(of: /^(?:[^#]*\| )?gelan ([a-z][a-z-]*)/) { names.append(String(match.1)) }
      }
    }
    for name in names { #expect(Command.all.contains { $0.name == name }, "\(page): gelan \(name)") }
  }

  @Test func everyCommandIsInTheArticleOfCommands() throws {
    let article = try text(of: "Sources/gelan.docc/CommandLine.md")
    for command in Command.all { #expect(article.contains("`gelan \(command.name)"), "gelan \(command.name)") }
  }

  @Test func everyArticleIsOnTheLandingPage() throws {
    let landing = try text(of: "Sources/gelan.docc/gelan.md")
    for page in Self.pages.dropFirst() where !page.hasSuffix("/gelan.md") {
      #expect(landing.contains("](\((page as NSString).lastPathComponent))"), "\(page)")
    }
  }

  @Test func readmesModelIsWithoutFaults() throws {
    let folder = try TemporaryFolder()
    let readme = try text(of: "README.md")
    let model = try #require(readme.firstMatch(of: /```yaml\n([^`]*)```/)).1
    let path = folder.path("pets.yaml")
    try String(model).write(toFile: path, atomically: true, encoding: .utf8)
    let result = try Tool.run("info", path)
    #expect(result.status == 0)
    let sentence = try #require(readme.firstMatch(of: /([0-9,]+) parameters and ([0-9.]+) GFLOPs when fused/))
    #expect(result.output.contains(sentence.1) && result.output.contains(sentence.2))
  }

  private func text(of page: String) throws -> String {
    try String(contentsOf: Fixtures.root.appendingPathComponent(page), encoding: .utf8)
  }
}
