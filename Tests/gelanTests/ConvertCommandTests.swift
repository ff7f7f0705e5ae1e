import Foundation
import TestSupport
import Testing

/// `gelan convert` as scripts use it.
@Suite struct ConvertCommandTests {
  private static let official = "Tests/Fixtures/official/yolov9-t.yaml"

  @Test func theResultIsPrintedOrWritten() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("native.yaml")
      let printed = try Tool.run("convert", Self.official)
      let written = try Tool.run("convert", Self.official, "-o", file.path)
      #expect((printed.status, written.status, written.output) == (0, 0, ""))
      #expect(try String(contentsOf: file, encoding: .utf8) == printed.output)
      #expect(printed.output.contains("  aux_spp:  [p5, 1, SPPELAN, [128, 64]]\n"))
      #expect(try Tool.run("fmt", "--check", file.path).status == 0)
      let info = try Tool.run("info", file.path, "--json").objects
      #expect((info.first?["training"] as? [String: Any])?["parameters"] as? Int == 3_717_680)
    }
  }

  @Test(arguments: [
    (["models-yaml/gelan-t.yaml"], Int32(1), "in the native dialect already"),
    (["README.md"], 1, "error["),
    (["no-such-file.yaml"], 3, "no-such-file.yaml"),
    ([official, "-o", "/nowhere/x.yaml"], 3, "/nowhere"),
    ([], 2, "FILE is missing"),
  ])
  func whatCannotBeConvertedIsRefused(_ words: [String], _ status: Int32, _ says: String) throws {
    let result = try Tool.run(["convert"] + words)
    #expect(result.status == status)
    #expect(result.errors.contains(says), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  /// Every command takes files of every dialect.
  @Test(arguments: ["Tests/Fixtures/mit/v9-s.yaml", "Tests/Fixtures/ultralytics/yolov9t.yaml"])
  func otherCommandsTakeTheDialects(_ path: String) throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      let check = try Tool.run("check", "--deny-warnings", path)
      let compile = try Tool.run("compile", path, "--random-weights", "1", "--classes", "2", "-o", plan)
      let show = try Tool.run("show", path, "--form", "source")
      #expect((check.status, compile.status, show.status) == (0, 0, 0), "\(check.errors)\(compile.errors)")
      #expect(show.output.contains("Concat"))
    }
  }
}
