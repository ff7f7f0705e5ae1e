import Foundation
import TestSupport
import Testing

@testable import Files

/// Files that grow by whole lines.
@Suite struct LineFileTests {
  private let folder = try? TemporaryFolder()

  private func path(_ text: String?) throws -> String {
    let path = try #require(folder).path("lines")
    if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    return path
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  struct Case: Sendable, CustomTestStringConvertible {
    let before: String?
    let lines: [String]
    let after: String
    var testDescription: String { (before ?? "nothing").debugDescription }
  }

  static let cases = [
    Case(before: nil, lines: [], after: "{a}\n"),
    Case(before: "", lines: [], after: "{a}\n"),
    Case(before: "{b}\n", lines: ["{b}"], after: "{b}\n{a}\n"),
    Case(before: "{b}\n\n{c}\n", lines: ["{b}", "", "{c}"], after: "{b}\n\n{c}\n{a}\n"),
    // Incomplete lines are removed: a part of the start, or the start and more.
    Case(before: "{b}\n{", lines: ["{b}"], after: "{b}\n{a}\n"),
    Case(before: "{", lines: [], after: "{a}\n"),
    Case(before: "{b}\n{\"c", lines: ["{b}"], after: "{b}\n{a}\n"),
  ]

  @Test(arguments: cases) func continuingKeepsWholeLines(_ example: Case) throws {
    let path = try path(example.before)
    var lines: [String] = []
    let file = try LineFile(continuing: path, start: "{") { (line, number) throws(FileError) in
      lines.append(String(decoding: line, as: UTF8.self))
      if number != lines.count { throw FileError("continue", path, reason: "the numbers are wrong") }
    }
    try file.append("{a}\n")
    #expect(lines == example.lines)
    #expect(try text(path) == example.after)
  }

  @Test func emptyingBeginsAnew() throws {
    let path = try path("old\n")
    let file = try LineFile(emptying: path)
    #expect(try text(path) == "")
    try file.append("1\n")
    #expect(try text(path) == "1\n")
    try file.append("2\n3\n")
    #expect(try text(path) == "1\n2\n3\n")
  }

  /// As the shell's `>>` sets up `/dev/stdout`.
  @Test func anOpenDescriptorKeepsWhatIsBeforeIt() throws {
    let path = try path("old\n")
    let open = try #require(FileHandle(forUpdatingAtPath: path))
    try open.seekToEnd()
    try LineFile(emptying: "/dev/fd/\(open.fileDescriptor)").append("new\n")
    #expect(try text(path) == "old\nnew\n")
    #expect(throws: FileError.self) { _ = try LineFile(emptying: "/dev/fd/1000000") }
  }

  @Test func otherFilesStayAsTheyAre() throws {
    let path = try path("{b}\nnotes")
    #expect(throws: FileError.self) { _ = try LineFile(continuing: path, start: "{") { _, _ in } }
    let refused = FileError("continue", path, reason: "this is not mine")
    #expect(throws: refused) {
      _ = try LineFile(continuing: path, start: "n") { (_, _) throws(FileError) in throw refused }
    }
    #expect(try text(path) == "{b}\nnotes")
    for path in ["/dev/null", "/", "/nowhere/x", "a\0b"] {
      #expect(throws: FileError.self) { _ = try LineFile(continuing: path, start: "{") { _, _ in } }
    }
    #expect(throws: FileError.self) { try LineFile(emptying: "/dev/full").append("a\n") }
  }

  @Test func aFileHasOneWriter() throws {
    let path = try path("{b}\n")
    let file = try LineFile(continuing: path, start: "{") { _, _ in }
    #expect(throws: FileError("write", path, reason: "another program is writing to it")) {
      _ = try LineFile(emptying: path)
    }
    try file.append("{c}\n")
    #expect(try text(path) == "{b}\n{c}\n")
  }
}
