import Foundation
import TestSupport
import Testing

/// `gelan fmt` writes files, and only what it should.
@Suite struct FormatCommandTests {
  private static let untidy = "classes: 3\nbackbone:\n  a: [-1,1,Conv,[8,3,2]]  # stem\n"
  private static let tidy = "classes: 3\n\nbackbone:\n  a: [-1, 1, Conv, [8, 3, 2]]  # stem\n"

  @Test func checkListsWhatWouldChangeAndChangesNothing() throws {
    try withTemporaryFolder { folder in
      try Self.untidy.write(to: folder.appendingPathComponent("a.yaml"), atomically: true, encoding: .utf8)
      try Self.tidy.write(to: folder.appendingPathComponent("b.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("fmt", "--check", "a.yaml", "b.yaml", in: folder)
      #expect((result.status, result.output) == (1, "a.yaml\n"))
      #expect(try text(folder, "a.yaml") == Self.untidy)
    }
  }

  @Test func filesAreWrittenInPlaceAndThenPassTheCheck() throws {
    try withTemporaryFolder { folder in
      try Self.untidy.write(to: folder.appendingPathComponent("a.yaml"), atomically: true, encoding: .utf8)
      #expect(try Tool.run("fmt", "a.yaml", in: folder).status == 0)
      #expect(try text(folder, "a.yaml") == Self.tidy)
      let check = try Tool.run("fmt", "--check", "a.yaml", in: folder)
      #expect((check.status, check.output) == (0, ""))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.yaml"])
    }
  }

  @Test(arguments: [
    ("classes: 3\nbackbone:\n  a: [-1,1,Conv\n", Int32(1), "error[yaml-syntax]"),
    ("classes: 3\nbackbone:\n  a: [-1,1,Conv]\n", 1, "error[wrong-kind]"),
    ("nc: 3\nanchors: 3\nbackbone: [[-1,1,Conv,[8]]]\nhead: []\n", 1, "gelan convert"),
  ])
  func whatIsNoNativeModelIsLeftAlone(_ before: String, _ status: Int32, _ says: String) throws {
    try withTemporaryFolder { folder in
      try before.write(to: folder.appendingPathComponent("a.yaml"), atomically: true, encoding: .utf8)
      try Self.untidy.write(to: folder.appendingPathComponent("b.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("fmt", "a.yaml", "b.yaml", in: folder)
      #expect(result.status == status)
      #expect(result.errors.contains(says), "\(result.errors)")
      #expect(try text(folder, "a.yaml") == before)
      #expect(try text(folder, "b.yaml") == Self.tidy, "the other file is formatted all the same")
    }
  }

  @Test func aSectionThatStaysIsNamed() throws {
    try withTemporaryFolder { folder in
      let text = "classes: 3\nbackbone: &b\n  a: [-1,1,Conv,[8]]\n"
      try text.write(to: folder.appendingPathComponent("a.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("fmt", "a.yaml", in: folder)
      #expect((result.status, result.output) == (0, ""))
      #expect(result.errors.contains("a.yaml:2: 'backbone' stays as it is: it has an anchor"), "\(result.errors)")
      #expect(try self.text(folder, "a.yaml") == text)
    }
  }

  @Test func theZooPassesTheCheck() throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: Fixtures.models.path)
    let result = try Tool.run(["fmt", "--check"] + names.filter { $0.hasSuffix(".yaml") }.map { "models-yaml/\($0)" })
    #expect((result.status, result.output) == (0, ""), "\(result.errors)")
  }

  private func text(_ folder: URL, _ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }
}
