import Diagnostics
import ModelSyntax
import Testing

/// YAML as a tree with source ranges, and the files that are rejected.
@Suite struct YAMLParserTests {
  @Test(arguments: [
    ("a: 1", "{a: 1}"), ("- a\n- [b, c]\n- {d: ~}\n", "[a, [b, c], {d: ~}]"), ("'it''s'", "\"it's\""),
    ("\"a\\nb\"", "\"a\nb\""),
    ("a: &x [1, 2]\nb: *x", "{a: [1, 2], b: [1, 2]}"), ("a: &x 1\nb: &x 2\nc: *x", "{a: 1, b: 2, c: 2}"),
    ("# only\n- |\n  two\n  lines\n", "[\"two\nlines\n\"]"),
    ("---\na\n...\n", "a"), ("{a: , b: ''}", "{a: , b: \"\"}"), ("? [k]\n: v", "{[k]: v}"), ("a:\n- 1", "{a: [1]}"),
    // The reader of the tree reports aliases that cannot be resolved.
    ("a: 1\na: 2", "{a: 1, a: 2}"), ("&x [*x]", "[<cyclic-alias 1:5>]"),
    ("a: &x {b: [1, *x]}", "{a: {b: [1, <cyclic-alias 1:15>]}}"), ("[*y]", "[<unknown-name 1:2>]"),
    ("[*x, &x 1]", "[<unknown-name 1:2>, 1]"),
  ])
  func valuesAreRead(_ text: String, _ expected: String) throws {
    #expect(show(try parseYAML(SourceFile(name: "f", text: text))) == expected)
  }

  @Test(arguments: ["", "\u{FEFF}"])
  func rangesAreBytesAlsoAfterForeignCharactersAndAMark(_ mark: String) throws {
    let root = try parseYAML(
      SourceFile(name: "f", text: mark + "größe: [8, 'é🦊', \"x\"]\nähnlich:\n  - ende  # ☃\n\n\nz: 1\n"))
    guard case .mapping(let entries) = root.kind, case .sequence(let items) = entries[0].value.kind else {
      Issue.record("not a mapping of a list")
      return
    }
    #expect(entries.map(\.key.range.text) == ["größe", "ähnlich", "z"])
    #expect(entries.map(\.value.range.text) == ["[8, 'é🦊', \"x\"]", "- ende", "1"])
    #expect(items.map(\.range.text) == ["8", "é🦊", "x"], "quotes are not part of a scalar")
    #expect(entries.map(\.key.range.startLine) == [1, 2, 6])
    #expect(items[2].range.startColumn == 19)
  }

  @Test func whetherTextIsVerbatimIsKnown() throws {
    guard
      case .sequence(let items) = try parseYAML(
        SourceFile(name: "f", text: #"[plain, 'quoted', "esc\x41ped", 'it''s']"#)
      ).kind
    else {
      Issue.record("not a list")
      return
    }
    #expect(items.map(\.isVerbatim) == [true, true, false, false])
  }

  @Test(arguments: [("~", true), ("null", true), ("None", false), ("'~'", false), ("''", false), ("[]", false)])
  func nullIsPlain(_ text: String, _ isNull: Bool) throws {
    #expect(try parseYAML(SourceFile(name: "f", text: text)).isNull == isNull)
  }

  struct Refusal: Sendable {
    var bytes: [UInt8]
    var code: DiagnosticCode
    var line: Int
    var column: Int

    init(_ text: String, _ code: DiagnosticCode, _ line: Int, _ column: Int) {
      self.init(Array(text.utf8), code, line, column)
    }

    init(_ bytes: [UInt8], _ code: DiagnosticCode, _ line: Int, _ column: Int) {
      (self.bytes, self.code, self.line, self.column) = (bytes, code, line, column)
    }
  }

  @Test(arguments: [
    Refusal("", .yamlSyntax, 1, 1), Refusal("# nothing\n", .yamlSyntax, 1, 1),
    Refusal("---\n...\n---\na", .yamlSyntax, 3, 1),
    Refusal("a: 1\n--- \nb: 2", .yamlSyntax, 2, 1), Refusal("a: [1, 2", .yamlSyntax, 1, 4),
    Refusal("a: 1\n b: 2", .yamlSyntax, 2, 3),
    Refusal("a: \"open", .yamlSyntax, 1, 4), Refusal("é: @x", .yamlSyntax, 1, 4),
    Refusal([0x61, 0x3A, 0x20, 0xFF], .yamlSyntax, 1, 4), Refusal([0x61, 0xC3], .yamlSyntax, 1, 2),
    Refusal([0x61, 0x00, 0x62], .yamlSyntax, 1, 2),
    Refusal([0xFF, 0xFE, 0x61, 0x00], .yamlSyntax, 1, 1), Refusal([0xEF, 0xBB, 0xBF], .yamlSyntax, 1, 1),
    Refusal(String(repeating: "[", count: 65) + String(repeating: "]", count: 65), .tooDeep, 1, 65),
    Refusal(String(repeating: "[", count: 100_000), .tooDeep, 1, 65),
  ])
  func otherFilesAreRefusedAtTheirPlace(_ refusal: Refusal) {
    let failure = #expect(throws: CompileFailure.self) { try parseYAML(SourceFile(name: "f", bytes: refusal.bytes)) }
    #expect(failure?.diagnostics.map(\.code) == [refusal.code])
    let range = failure?.diagnostics.first?.primary.range
    #expect((range?.startLine, range?.startColumn) == (refusal.line, refusal.column))
  }

  @Test func nestingAndAliasesUpToTheirLimitsAreAccepted() throws {
    let depth = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(show(try parseYAML(SourceFile(name: "f", text: depth))) == depth)
    // Ten lists, each with ten copies of the previous one: 10⁵ values are accepted, 10⁶ are not.
    func nested(_ levels: Int) -> String {
      (0..<levels).map { level in
        "l\(level): &l\(level) ["
          + Array(repeating: level == 0 ? "v" : "*l\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
      }.joined()
    }
    #expect(throws: Never.self) { try parseYAML(SourceFile(name: "f", text: nested(5))) }
    let failure = #expect(throws: CompileFailure.self) { try parseYAML(SourceFile(name: "f", text: nested(12))) }
    #expect(failure?.diagnostics.map(\.code) == [.explodingAlias])
    #expect(failure?.diagnostics.first?.primary.range.startLine == 6)
  }

  /// The tree in flow style; scalars that are not plain are quoted.
  private func show(_ node: YAMLNode) -> String {
    switch node.kind {
    case .scalar(let text, let isPlain): isPlain ? text : "\"\(text)\""
    case .sequence(let items): "[" + items.map(show).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\(show($0.key)): \(show($0.value))" }.joined(separator: ", ") + "}"
    case .faulty(let fault):
      "<\(fault.code.rawValue) \(fault.primary.range.startLine):\(fault.primary.range.startColumn)>"
    }
  }
}
