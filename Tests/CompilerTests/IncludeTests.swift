import Compiler
import Diagnostics
import ModelSyntax
import TestSupport
import Testing

/// Files of blocks that models include: how their paths are resolved, which definitions take precedence, and
/// diagnostics.
@Suite struct IncludeTests {
  static func blocks(_ name: String, width: Int) -> String {
    "blocks:\n  \(name):\n    body:\n      cv1: [x, 1, Conv, [\(width)]]\n"
  }

  /// A model that uses one block, and the width that the block gives it.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var include: String
    var files: [String: String]
    var width: Int
    /// The number of times that each file is read.
    var reads: [String: Int]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(
      name: "beside the model", include: "b.yaml", files: ["models/b.yaml": blocks("Own", width: 8)], width: 8,
      reads: ["models/b.yaml": 1]),
    Case(
      name: "from another folder", include: "../shared/./b.yaml", files: ["shared/b.yaml": blocks("Own", width: 16)],
      width: 16, reads: ["shared/b.yaml": 1]),
    Case(
      name: "an absolute path", include: "/b.yaml", files: ["/b.yaml": blocks("Own", width: 8)], width: 8,
      reads: ["/b.yaml": 1]),
    Case(
      name: "relative to the file that includes", include: "parts/a.yaml",
      files: ["models/parts/a.yaml": "include: b.yaml", "models/parts/b.yaml": blocks("Own", width: 24)], width: 24,
      reads: ["models/parts/a.yaml": 1, "models/parts/b.yaml": 1]),
    Case(
      name: "a diamond", include: "[a.yaml, b.yaml]",
      files: [
        "models/a.yaml": "include: c.yaml", "models/b.yaml": "include: ./c.yaml",
        "models/c.yaml": blocks("Own", width: 32),
      ],
      width: 32, reads: ["models/a.yaml": 1, "models/b.yaml": 1, "models/c.yaml": 1]),
    Case(
      name: "the later of two wins", include: "[a.yaml, b.yaml]",
      files: ["models/a.yaml": blocks("Own", width: 8), "models/b.yaml": blocks("Own", width: 40)], width: 40,
      reads: ["models/a.yaml": 1, "models/b.yaml": 1]),
    Case(
      name: "a file wins over what it includes", include: "a.yaml",
      files: [
        "models/a.yaml": "include: b.yaml\n" + blocks("Own", width: 48), "models/b.yaml": blocks("Own", width: 8),
      ],
      width: 48, reads: ["models/a.yaml": 1, "models/b.yaml": 1]),
  ])
  func blocksComeFromIncludedFiles(_ example: Case) throws {
    let files = MemoryFiles(example.files)
    let model = try read(example.include, files)
    let graph = try elaborate(model.value, library: .standard)
    #expect(graph.rows[0].results.map(\.channels) == [example.width])
    #expect(files.reads == example.reads)
  }

  /// An error, and the file and text that it points at.
  struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    var include: String
    var files: [String: String]
    var code: DiagnosticCode
    var place: String
    var says: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Fault(
      name: "no such file", include: "b.yaml", files: [:], code: .unreadableInclude, place: "models/m.yaml: b.yaml",
      says: "no file 'models/b.yaml'"),
    Fault(
      name: "no such file further down", include: "a.yaml", files: ["models/a.yaml": "include: [b.yaml]"],
      code: .unreadableInclude, place: "models/a.yaml: b.yaml", says: "no file 'models/b.yaml'"),
    Fault(
      name: "a file that includes itself", include: "a.yaml", files: ["models/a.yaml": "include: ../models/a.yaml"],
      code: .cyclicInclude, place: "models/a.yaml: ../models/a.yaml", says: "'models/a.yaml' includes itself"),
    Fault(
      name: "a cycle of two", include: "a.yaml",
      files: ["models/a.yaml": "include: b.yaml", "models/b.yaml": "include: a.yaml"], code: .cyclicInclude,
      place: "models/b.yaml: a.yaml", says: "models/a.yaml → models/b.yaml → models/a.yaml"),
    Fault(
      name: "a block file that includes the model", include: "a.yaml", files: ["models/a.yaml": "include: m.yaml"],
      code: .cyclicInclude, place: "models/a.yaml: m.yaml", says: "models/m.yaml → models/a.yaml → models/m.yaml"),
    Fault(
      name: "a fault of form", include: "a.yaml", files: ["models/a.yaml": "blocks: [1]"], code: .wrongKind,
      place: "models/a.yaml: [1]", says: "included from models/m.yaml:2:10"),
    Fault(
      name: "not YAML", include: "a.yaml", files: ["models/a.yaml": "blocks: ["], code: .yamlSyntax,
      place: "models/a.yaml: ", says: "included from models/m.yaml:2:10"),
    Fault(
      name: "a model in place of blocks", include: "a.yaml",
      files: ["models/a.yaml": "backbone: {}\n" + blocks("Own", width: 8)],
      code: .unknownKey, place: "models/a.yaml: backbone", says: "a file of blocks has no key 'backbone'"),
    Fault(
      name: "no blocks", include: "a.yaml", files: ["models/a.yaml": "{}"], code: .missingKey,
      place: "models/a.yaml: {}",
      says: "has no blocks"),
    Fault(
      name: "a whole model", include: "a.yaml",
      files: ["models/a.yaml": "classes: 2\nbackbone:\n  p: [-1, 1, Conv, [8]]\nheads: {}\n"],
      code: .unknownKey, place: "models/a.yaml: backbone", says: "this is a model"),
    Fault(
      name: "a fault of meaning", include: "a.yaml",
      files: ["models/a.yaml": "blocks:\n  Own:\n    body:\n      cv1: [x, 1, Conv, [wide]]"], code: .unknownName,
      place: "models/a.yaml: wide", says: "used here"),
    Fault(
      name: "not a path", include: "{a: b}", files: [:], code: .wrongKind, place: "models/m.yaml: {a: b}",
      says: "a file to include is a word"),
    Fault(
      name: "too deep", include: "0.yaml",
      files: Dictionary(uniqueKeysWithValues: (0..<30).map { ("models/\($0).yaml", "include: \($0 + 1).yaml") }),
      code: .tooDeep, place: "models/15.yaml: 16.yaml", says: "more than 16 files"),
    Fault(
      name: "too many", include: "[\((0..<65).map { "\($0).yaml" }.joined(separator: ", "))]",
      files: Dictionary(uniqueKeysWithValues: (0..<65).map { ("models/\($0).yaml", blocks("B\($0)", width: 8)) }),
      code: .tooDeep, place: "models/m.yaml: 64.yaml", says: "more than 64 included files"),
  ])
  func faultsPointIntoTheRightFile(_ fault: Fault) throws {
    let failure = #expect(throws: CompileFailure.self) {
      let model = try read(fault.include, MemoryFiles(fault.files))
      _ = try elaborate(model.value, library: .standard)
    }
    let found = try #require(failure).diagnostics
    #expect(found.map(\.code) == [fault.code])
    let diagnostic = try #require(found.first)
    #expect("\(diagnostic.primary.range.file.name): \(diagnostic.primary.range.text)" == fault.place)
    #expect(TextRenderer().render(diagnostic).contains(fault.says), "\(TextRenderer().render(diagnostic))")
  }

  @Test func faultsOfSeveralFilesAreReportedTogether() throws {
    let failure = #expect(throws: CompileFailure.self) {
      let files = MemoryFiles(["models/a.yaml": "[]", "models/b.yaml": "{x: 1}"])
      _ = try elaborate(try read("[a.yaml, b.yaml, c.yaml]", files).value, library: .standard)
    }
    #expect(failure?.diagnostics.map(\.code) == [.wrongKind, .unknownKey, .unreadableInclude])
  }

  @Test func aBlockThatTakesAnothersPlaceIsWarnedOf() throws {
    let files = MemoryFiles([
      "models/a.yaml": Self.blocks("Own", width: 8),
      "models/b.yaml": Self.blocks("Own", width: 8) + "  SP:\n    body:\n      m: [x, 1, max_pool, [3]]\n",
    ])
    let model = try read("[a.yaml, b.yaml]", files).value
    let warnings = check(model, try elaborate(model, library: .standard), checks: [.shadowedBlock])
    #expect(warnings.map(\.code) == [.shadowedBlock, .shadowedBlock])
    #expect(warnings.map(\.severity) == [.warning, .warning])
    #expect(
      warnings.map { "\($0.primary.range.file.name): \($0.primary.range.text)" } == [
        "models/b.yaml: Own", "models/b.yaml: SP",
      ])
    #expect(warnings[0].message.contains("models/a.yaml"))
    #expect(warnings[1].message.contains("the standard one"))
  }

  private func read(_ include: String, _ files: MemoryFiles) throws(CompileFailure) -> Checked<ModelDeclaration> {
    let text = "classes: 2\ninclude: \(include)\nbackbone:\n  p1: [-1, 1, Own, []]\n"
    let source = SourceFile(name: "models/m.yaml", text: text)
    return try readModel(try parseYAML(source), library: .standard, loader: files.loader)
  }
}
