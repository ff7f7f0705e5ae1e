import Foundation
import TestSupport
import Testing

/// `gelan diff` as people and scripts see it.
@Suite struct DiffTests {
  @Test func theTableShowsRowsCostsAndWeights() throws {
    let result = try Tool.run("diff", "models-yaml/yolov9-c.yaml", "models-yaml/gelan-c.yaml")
    #expect(result.status == 0)
    for line in [
      "A  models-yaml/yolov9-c.yaml: yolov9-c, 39 rows",
      "-   23       route3      CBLinear           -131,328     -1.68",
      "             from: aux_3, aux_4, aux_5, n3, m4, m5 → n3, m4, m5", "B minus A  -25,683,328   -135.84",
      "same shape, another name          783     25,550,976",
      "renumbering: rows 1-22 of A is rows 0-21 of B, row 38 of A is row 22 of B",
    ] {
      #expect(result.output.contains(line), "\(result.output)")
    }
    #expect(!result.output.contains("\u{1B}"), "colour is for terminals")
  }

  @Test func theSameModelHasNoDifferences() throws {
    let result = try Tool.run("diff", "models-yaml/gelan-t.yaml", "Tests/Fixtures/official/gelan-t.yaml")
    #expect(result.status == 0)
    #expect(result.output.contains("no differences"))
  }

  @Test func scriptsReadOneObject() throws {
    let result = try Tool.run("diff", "models-yaml/gelan-s.yaml", "models-yaml/gelan-t.yaml", "--json")
    #expect(result.status == 0)
    let object = try #require(try result.objects.first)
    #expect(object["schema"] as? Int == 1)
    #expect(object["same"] as? Bool == false)
    #expect(object["matched"] as? String == "name")
    let difference = try #require(object["difference"] as? [String: [String: Int]])
    #expect(difference["inference"]?["parameters"] == 2_407_632 - 7_105_888)
    let a = try #require((object["a"] as? [String: Any])?["inference"] as? [String: Int])
    #expect(a["parameters"] == 7_105_888)
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.count == 23)
    #expect(rows[0]["kind"] as? String == "changed")
    let changes = try #require(rows[0]["changes"] as? [[String: String]])
    #expect(changes[0] == ["field": "arguments", "a": "32, 3, 2", "b": "16, 3, 2"])
    #expect(rows[10]["kind"] as? String == "changed")
    #expect(rows.compactMap { $0["a"] as? Int } == Array(0..<23))
    let weights = try #require(object["weights"] as? [String: Any])
    let reshaped = try #require(weights["reshaped"] as? [String: Any])
    let names = try #require(reshaped["names"] as? [String])
    #expect(names.first == "model.0.conv.weight")
    #expect(reshaped["count"] as? Int == names.count)
    for group in ["new", "unused", "renamed"] { #expect((weights[group] as? [String: Any])?["count"] as? Int == 0) }
  }

  /// gelan-scalable is gelan-t at half its width, and itself at its own.
  @Test func settingsAreOfBothModelsOrOfOne() throws {
    let scalable = "models-yaml/gelan-scalable.yaml"
    let other = try Tool.run("diff", scalable, "models-yaml/gelan-t.yaml", "--set-a", "width=0.5")
    #expect(other.output.contains("A  \(scalable) with width=0.5: gelan-scalable, 23 rows"), "\(other.output)")
    #expect(other.output.contains("no differences"), "\(other.output)")
    let both = try Tool.run("diff", scalable, scalable, "--set", "width=0.5")
    #expect(both.output.contains("no differences"), "\(both.output)")
    let itself = try Tool.run(
      "diff", scalable, "--set", "depth=3", "--set", "width=1", "--set-b", "width=0.5", "--json")
    let object = try #require(try itself.objects.first)
    let (a, b) = (try #require(object["a"] as? [String: Any]), try #require(object["b"] as? [String: Any]))
    #expect(a["set"] as? [String: Double] == ["depth": 3, "width": 1])
    #expect(b["set"] as? [String: Double] == ["depth": 3, "width": 0.5])
    #expect((a["inference"] as? [String: Int])?["parameters"] == 7_105_888)
    #expect((b["inference"] as? [String: Int])?["parameters"] == 2_407_632)
  }

  @Test(
    arguments: [
      ("diff models-yaml/gelan-s.yaml", 2, "B is missing"), ("diff", 2, "A [B] is missing"),
      ("diff models-yaml/gelan-s.yaml --set width=1", 2, "B is missing"),
      ("diff models-yaml/gelan-scalable.yaml models-yaml/gelan-t.yaml --set width=1", 2, "--set-b are for one"),
      (
        "diff models-yaml/gelan-scalable.yaml --set-b widht=1", 2, "--set-b widht=1: the model has no parameter 'widht'"
      ),
      ("diff models-yaml/gelan-s.yaml no-such.yaml", 3, "no-such.yaml"),
      ("diff models-yaml/gelan-s.yaml README.md", 1, "error["), ("diff --help", 0, "example: gelan diff"),
    ] as [(String, Int32, String)])
  func statusAndWords(_ words: String, _ status: Int32, _ says: String) throws {
    let result = try Tool.run(words.split(separator: " ").map(String.init))
    #expect(result.status == status)
    #expect((result.output + result.errors).contains(says), "\(result.output)\(result.errors)")
  }
}
