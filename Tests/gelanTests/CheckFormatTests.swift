import Diagnostics
import Foundation
import Testing

@testable import gelan

/// What `gelan check` prints for programs: SARIF logs and GitHub's workflow commands.
@Suite struct CheckFormatTests {
  /// Two faults: one with related places, one in a line with characters outside of ASCII.
  private let model = """
    classes: 2
    backbone:
      p1: [-1, 1, Conv, [16, 3, 2]]
      p2: [-1, 1, Conv, [16, 3, 2]]
      cat: [[p1, p2], 1, Concat, []]
    neck: {"größe": [p1, 1, Conv, [8]]}
    """

  private func withModel<Result>(named name: String = "m.yaml", _ body: (URL) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try model.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
      return try body(folder)
    }
  }

  private func run(_ log: [String: Any]) throws -> [String: Any] {
    try #require((log["runs"] as? [[String: Any]])?.first)
  }

  @Test func aSARIFLogIsOneObjectForAllFiles() throws {
    try withModel { folder in
      let twin = model.replacingOccurrences(of: "größe", with: "n1")
      try twin.write(to: folder.appendingPathComponent("n.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("check", "m.yaml", "n.yaml", "--format", "sarif", in: folder)
      #expect(result.status == 1)
      #expect(try result.objects.count == 1)
      let log = try #require(try result.objects.first)
      #expect(log["version"] as? String == "2.1.0")
      #expect(try run(log)["columnKind"] as? String == "unicodeCodePoints")
      let results = try #require(try run(log)["results"] as? [[String: Any]])
      #expect(results.map { $0["ruleId"] as? String } == ["shape-mismatch", "invalid-name", "shape-mismatch"])
      #expect(results.map { place($0)?.uri } == ["m.yaml", "m.yaml", "n.yaml"])
      let artifacts = try #require(try run(log)["artifacts"] as? [[String: [String: String]]])
      #expect(artifacts.map { $0["location"]?["uri"] } == ["m.yaml", "n.yaml"])
    }
  }

  @Test func everyResultPointsToItsRule() throws {
    try withModel { folder in
      let log = try #require(try Tool.run("check", "m.yaml", "--format", "sarif", in: folder).objects.first)
      let driver = try #require((try run(log)["tool"] as? [String: [String: Any]])?["driver"])
      let rules = try #require(driver["rules"] as? [[String: Any]])
      let results = try #require(try run(log)["results"] as? [[String: Any]])
      #expect(!results.isEmpty)
      for result in results {
        let rule = rules[try #require(result["ruleIndex"] as? Int)]
        #expect(rule["id"] as? String == result["ruleId"] as? String)
        let help = try #require(rule["help"] as? [String: String])
        #expect(help["markdown"]?.contains("## Corrected") == true)
        #expect(help["text"]?.contains("```") == false)
        #expect((rule["defaultConfiguration"] as? [String: String])?["level"] == "error")
      }
    }
  }

  @Test func columnsAreCharactersAndEndAfterTheLast() throws {
    try withModel { folder in
      let log = try #require(try Tool.run("check", "m.yaml", "--format", "sarif", in: folder).objects.first)
      let result = try #require((try run(log)["results"] as? [[String: Any]])?.last)
      let region = try #require(place(result)?.region)
      #expect(region["startLine"] == 6)
      #expect(region["startColumn"] == 9)
      #expect(region["endColumn"] == 14)
      #expect(region["byteLength"] == 7)
    }
  }

  @Test func relatedPlacesAndFixesKeepTheirText() throws {
    let file = SourceFile(name: "models/a b:1.yaml", text: "classes: 2\nact: ReLU\n")
    func range(_ lower: Int, _ upper: Int) -> SourceRange { SourceRange(file: file, lower: lower, upper: upper) }
    let diagnostic = Diagnostic(
      .unknownKey, severity: .warning, "no key 'act'", at: range(11, 14), label: "here",
      secondary: [Diagnostic.Label(range(0, 7), "a key")], notes: ["a note"], help: ["a help"],
      fixIts: [Diagnostic.FixIt("rename it", [Diagnostic.Edit(range(11, 14), "activation")])])
    let text = SARIFLog(files: [file.name], diagnostics: [diagnostic]).json.description
    let log = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let result = try #require((try run(log)["results"] as? [[String: Any]])?.first)
    #expect(result["level"] as? String == "warning")
    let message = (result["message"] as? [String: String])?["text"]
    #expect(message == "no key 'act': here\nnote: a note\nhelp: a help\nhelp: rename it")
    #expect(place(result)?.uri == "models/a%20b%3A1.yaml")
    let related = try #require((result["relatedLocations"] as? [[String: Any]])?.first)
    #expect((related["message"] as? [String: String])?["text"] == "a key")
    let fix = try #require((result["fixes"] as? [[String: Any]])?.first)
    #expect((fix["description"] as? [String: String])?["text"] == "rename it")
    let change = try #require((fix["artifactChanges"] as? [[String: Any]])?.first)
    let replacement = try #require((change["replacements"] as? [[String: Any]])?.first)
    #expect((replacement["insertedContent"] as? [String: String])?["text"] == "activation")
    #expect((replacement["deletedRegion"] as? [String: Int])?["startLine"] == 2)
    #expect((replacement["deletedRegion"] as? [String: Int])?["endColumn"] == 4)
  }

  @Test func aModelWithoutFaultsHasALogWithoutResults() throws {
    let result = try Tool.run("check", "models-yaml/gelan-t.yaml", "--format", "sarif")
    #expect(result.status == 0)
    let log = try #require(try result.objects.first)
    #expect((try run(log)["results"] as? [Any])?.isEmpty == true)
  }

  @Test func absolutePathsAreFileURIs() throws {
    let path = "/nowhere/m.yaml"
    let log = SARIFLog(files: [path], diagnostics: []).json.description
    #expect(log.contains("\"file:///nowhere/m.yaml\""))
  }

  @Test func gitHubGetsOneCommandForEachFault() throws {
    try withModel(named: "a,b: 100%.yaml") { folder in
      let result = try Tool.run("check", "a,b: 100%.yaml", "--format", "github", in: folder)
      #expect(result.status == 1)
      let lines = result.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 2)
      let start = "::error file=a%2Cb%3A 100%25.yaml,line=6,col=9,endColumn=14,title=invalid-name::"
      #expect(lines.last?.hasPrefix(start + "'größe' cannot be a row's name%0Anote: a name is") == true, "\(lines)")
    }
  }

  /// An annotation shows one place; the shape of the other operand is told in words.
  @Test func gitHubGetsBothShapes() throws {
    try withModel { folder in
      let result = try Tool.run("check", "m.yaml", "--format", "github", in: folder)
      let line = try #require(result.output.split(separator: "\n").first { $0.contains("title=shape-mismatch") })
      #expect(line.contains("differ in height or width: this is 16x160x160"), "\(line)")
      #expect(line.contains("%0Athis is 16x320x320 (16 x H/2 x W/2) (m.yaml:5:10)"), "\(line)")
    }
  }

  @Test func sarifRelatesTheOtherOperand() throws {
    try withModel { folder in
      let log = try #require(try Tool.run("check", "m.yaml", "--format", "sarif", in: folder).objects.first)
      let results = try #require(try run(log)["results"] as? [[String: Any]])
      let result = try #require(results.first { $0["ruleId"] as? String == "shape-mismatch" })
      let related = try #require(result["relatedLocations"] as? [[String: Any]])
      let texts = related.compactMap { ($0["message"] as? [String: String])?["text"] }
      #expect(texts.contains("this is 16x320x320 (16 x H/2 x W/2)"), "\(texts)")
      #expect(related.compactMap { $0["id"] as? Int } == Array(related.indices))
    }
  }

  /// A program that applies fixes unasked needs to know which of them are certain: those that `--fix` applies.
  @Test(arguments: [
    (
      "nc: 2\nbackbone:\n  - [-1, 1, Conv, [8]]  # 0\n  - [-1, 1, Conv, [8]]  # 2\nhead:\n  - [[1], 1, Detect, [nc]]\n",
      true
    ),
    ("classes: 2\nbackbone:\n  p1: [-1, 1, Convv, [8]]\nheads:\n  d: [[p1], 1, Detect, [classes]]\n", false),
  ])
  func jsonSaysWhetherAFixIsCertain(_ model: String, _ isCertain: Bool) throws {
    try withTemporaryFolder { folder in
      try model.write(to: folder.appendingPathComponent("m.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("check", "m.yaml", "--format", "json", in: folder)
      let fixIts = try #require(try result.objects.first?["fixIts"] as? [[String: Any]])
      #expect(fixIts.map { $0["certain"] as? Bool } == [isCertain])
      let fixed = try Tool.run("check", "m.yaml", "--fix", in: folder)
      #expect(fixed.errors.contains("1 fix applied") == isCertain, "\(fixed.errors)")
    }
  }

  @Test func gitHubGetsNoColumnsOfARangeOfManyLines() {
    let file = SourceFile(name: "m.yaml", text: "a:\n  b: 1\n")
    let range = SourceRange(file: file, lower: 0, upper: 9)
    let diagnostic = Diagnostic(.unknownKey, severity: .warning, "50% odd,\r\nhere: twice", at: range)
    #expect(
      diagnostic.workflowCommand
        == "::warning file=m.yaml,line=1,endLine=2,title=unknown-key::50%25 odd,%0D%0Ahere: twice")
  }

  private func place(_ result: [String: Any]) -> (uri: String?, region: [String: Int]?)? {
    let location = (result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
    return location.map { (($0["artifactLocation"] as? [String: String])?["uri"], $0["region"] as? [String: Int]) }
  }
}
