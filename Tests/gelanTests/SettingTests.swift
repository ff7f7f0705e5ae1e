import Foundation
import TestSupport
import Testing

/// `--set`, `--sweep` and `include:` on the command line.
@Suite struct SettingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let words: String
    let status: Int32
    let says: String
    var testDescription: String { words }
  }

  @Test(arguments: [
    Case(words: "info models-yaml/gelan-scalable.yaml --set width=0.5", status: 0, says: "2,407,632      9.82"),
    Case(words: "info models-yaml/gelan-scalable.yaml --set=width=0.5 --set depth=1", status: 0, says: "2,097,552"),
    Case(words: "show models-yaml/gelan-scalable.yaml --set width=0.25 --form elaborated", status: 0, says: "out=8"),
    Case(words: "check models-yaml/gelan-scalable.yaml --set depth=2", status: 0, says: "no faults"),
    Case(words: "check models-yaml/gelan-scalable.yaml --set depht=2", status: 2, says: "did you mean 'depth'?"),
    Case(words: "check models-yaml/gelan-t.yaml --set depth=2", status: 2, says: "it has no parameters"),
    Case(words: "check models-yaml/gelan-scalable.yaml --set depth=", status: 2, says: "expression was expected"),
    Case(words: "check models-yaml/gelan-scalable.yaml --set depth", status: 2, says: "NAME=VALUE"),
    Case(words: "check models-yaml/gelan-scalable.yaml --set width=true", status: 1, says: "a number was expected"),
    Case(
      words: "check models-yaml/gelan-scalable.yaml --set width=0.5 --set depth=-1", status: 1,
      says: "this comes of --set width=0.5 --set depth=-1: with the values in the file the model has no faults"),
    Case(words: "check models-yaml/gelan-scalable.yaml --set depth=-1", status: 1, says: "set to -1"),
    Case(words: "info models-yaml/gelan-scalable.yaml --sweep width", status: 2, says: "NAME=V1,V2"),
    Case(words: "info models-yaml/gelan-scalable.yaml --sweep widht=1,2", status: 2, says: "did you mean 'width'?"),
    Case(words: "info models-yaml/gelan-scalable.yaml --sweep width=1,,2", status: 2, says: "expression was expected"),
    Case(
      words: "info models-yaml/gelan-scalable.yaml --sweep width=\((0...1000).map(String.init).joined(separator: ","))",
      status: 2, says: "at most 1000"),
    Case(words: "info models-yaml/gelan-scalable.yaml --sweep depth=1,true", status: 1, says: "with depth=true:"),
    Case(words: "info models-yaml/ablations/gelan-s-conv.yaml", status: 0, says: "6,208,608     23.53"),
  ])
  func statusAndWords(_ example: Case) throws {
    let result = try Tool.run(example.words.split(separator: " ").map(String.init))
    #expect(result.status == example.status)
    #expect((result.output + result.errors).contains(example.says), "\(result.output)\(result.errors)")
  }

  /// Completion asks for them while the model is still being written.
  @Test func theParametersOfAModelWithFaultsAreShown() throws {
    try withTemporaryFolder { folder in
      let model = "parameters: {width: 0.5, c: 'scaled(8, width)'}\nclasses: 2\nbackbone:\n  p1: [-1, 1, Convv, [c]]\n"
      try model.write(to: folder.appendingPathComponent("m.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("show", "m.yaml", "--form", "parameters", in: folder)
      #expect((result.status, result.output) == (0, "width = 0.5\nc = scaled(8, width)\n"))
      let set = try Tool.run("show", "m.yaml", "--form", "parameters", "--set", "width=2", in: folder)
      #expect(set.output == "width = 2\nc = scaled(8, width)\n")
      #expect(try Tool.run("show", "m.yaml", "--form", "parameters", "--set", "w=2", in: folder).status == 2)
    }
  }

  @Test func aSweepPrintsEveryCombination() throws {
    let result = try Tool.run(
      "info", "models-yaml/gelan-scalable.yaml", "--json", "--sweep", "width=0.5,1", "--sweep", "depth=1,3")
    let lines = try result.objects
    let sets = lines.compactMap { $0["set"] as? [String: Double] }
    #expect(
      sets == [
        ["width": 0.5, "depth": 1], ["width": 0.5, "depth": 3], ["width": 1, "depth": 1], ["width": 1, "depth": 3],
      ])
    let fused = lines.compactMap { ($0["inference"] as? [String: Int])?["parameters"] }
    #expect(fused == [2_097_552, 2_407_632, 5_868_256, 7_105_888])
    #expect(lines.allSatisfy { $0["schema"] as? Int == 1 && $0["training"] != nil && $0["stripped"] != nil })

    let table = try Tool.run("info", "models-yaml/gelan-scalable.yaml", "--sweep", "width=0.5,1").output.split(
      separator: "\n")
    #expect(table.count == 4)
    #expect(table[2].split(separator: " ") == ["0.5", "2,442,640", "9.90", "2,442,640", "9.90", "2,407,632", "9.82"])
  }

  @Test func aMissingIncludeIsAFaultOfTheModel() throws {
    try withTemporaryFolder { folder in
      let model = "classes: 2\ninclude: gone.yaml\nbackbone:\n  p1: [-1, 1, Conv, [8]]\n"
      try model.write(to: folder.appendingPathComponent("m.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("check", "m.yaml", "--format", "json", in: folder)
      #expect(result.status == 1)
      let fault = try #require(try result.objects.first)
      #expect(fault["code"] as? String == "unreadable-include")
      #expect((fault["message"] as? String)?.contains("gone.yaml") == true)
      #expect((fault["range"] as? [String: [String: Int]])?["start"] == ["line": 2, "column": 10, "byte": 20])
    }
  }
}
