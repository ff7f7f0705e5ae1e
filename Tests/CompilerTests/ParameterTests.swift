import Compiler
import Diagnostics
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// A model's own parameters: where they can be used, how they are set, and how `scaled` changes a width.
@Suite struct ParameterTests {
  static let model = """
    parameters:
      width: 16
      wide: 2 * width
      repeats: 1
      act: SiLU
      side: 64
    classes: width // 4
    input: [side, 2 * side]
    activation: act
    backbone:
      p1: [-1, repeats, Conv, {c2: wide, k: 3}]
      p2: [-1, 1, Conv, ["scaled(width, 0.6)"]]
    """

  struct Case: Sendable, CustomTestStringConvertible {
    var settings: [String]
    var channels: [Int]
    var classes = 4
    var number = 1
    var input = [64, 128]
    var activation = Activation.silu
    var testDescription: String { settings.joined(separator: " ") }
  }

  @Test(arguments: [
    Case(settings: [], channels: [32, 16]),
    Case(settings: ["width=64"], channels: [128, 40], classes: 16),
    Case(settings: ["wide=8"], channels: [8, 16]),
    Case(settings: ["width=8 + 2 * 8", "width=8"], channels: [16, 8], classes: 2),
    Case(settings: ["repeats=3"], channels: [32, 16], number: 3),
    Case(settings: ["side=32"], channels: [32, 16], input: [32, 64]),
    Case(settings: ["act=nn.ReLU()"], channels: [32, 16], activation: .relu),
  ])
  func everyExpressionOfTheModelUsesThem(_ example: Case) throws {
    let settings = try example.settings.map { try ParameterSetting($0, title: "--set") }
    let graph = try elaborate(try declaration(Self.model).setting(settings), library: .standard)
    #expect(graph.rows.map { $0.results[0].channels } == example.channels)
    #expect(graph.classNames.count == example.classes)
    #expect(graph.rows[0].number == example.number)
    #expect([graph.inputHeight, graph.inputWidth] == example.input)
    let used = graph.nodes.compactMap { if case .activate(let op) = $0.op { op.activation } else { nil } }
    #expect(Set(used) == [example.activation])
  }

  @Test(
    arguments: [
      ("scaled(64, 1)", 64), ("scaled(64, 0.5)", 32), ("scaled(96, 0.25)", 24), ("scaled(64, 0.26)", 24),
      ("scaled(64, 0.01)", 8), ("scaled(1, 1)", 8), ("scaled(9, 1.0)", 16), ("scaled(64, 0)", 8), ("scaled(64, -3)", 8),
      ("scaled(64, 1, 2)", nil), ("scaled(64)", nil), ("scaled(64, SiLU)", nil), ("scaled(1e300, 1e8)", nil),
      ("scaled(1e300, 1e300)", nil),
    ] as [(String, Int?)])
  func scaledRoundsUpToMultiplesOfEight(_ expression: String, _ expected: Int?) throws {
    let text = "parameters:\n  c: \(expression)\nclasses: 1\nbackbone:\n  p1: [-1, 1, Conv, [c]]\n"
    let graph = try? elaborate(try declaration(text), library: .standard)
    #expect(graph?.rows[0].results[0].channels == expected)
  }

  struct Refusal: Sendable {
    var setting: String
    var code: DiagnosticCode
    var says: String
  }

  @Test(arguments: [
    Refusal(setting: "widht=1", code: .unknownName, says: "did you mean 'width'?"),
    Refusal(setting: "width=side", code: .unknownName, says: "cannot use names of the model"),
    Refusal(setting: "width=1/0", code: .undefinedArithmetic, says: "division by zero"),
    Refusal(setting: "width=", code: .invalidExpression, says: "expression was expected"),
    Refusal(setting: "=1", code: .invalidExpression, says: "NAME=VALUE"),
    Refusal(setting: "width", code: .invalidExpression, says: "NAME=VALUE"),
    Refusal(setting: "width=99999999999999999999", code: .invalidNumber, says: "64 bits"),
  ])
  func settingsAtFaultPointIntoTheSetting(_ refusal: Refusal) throws {
    let failure = #expect(throws: CompileFailure.self) {
      let setting = try ParameterSetting(refusal.setting, title: "--set")
      _ = try elaborate(try declaration(Self.model).setting([setting]), library: .standard)
    }
    let diagnostic = try #require(failure?.diagnostics.first)
    #expect(diagnostic.code == refusal.code)
    #expect(diagnostic.primary.range.file.name == "--set")
    #expect(TextRenderer().render(diagnostic).contains(refusal.says), "\(TextRenderer().render(diagnostic))")
  }

  @Test func aValueThatDoesNotFitIsTheModelsFault() throws {
    let setting = try ParameterSetting("repeats=0", title: "--set")
    let failure = #expect(throws: CompileFailure.self) {
      _ = try elaborate(try declaration(Self.model).setting([setting]), library: .standard)
    }
    #expect(failure?.diagnostics.map { $0.primary.range.text } == ["repeats"])
    #expect(failure?.diagnostics.map(\.code) == [.argumentRange])
  }

  /// The lists of CBLinear and every hidden width can be scaled, which the list dialect's multiples cannot.
  @Test func listsOfWidthsAreScaledToo() throws {
    let text = """
      parameters: {width: 0.5}
      classes: 1
      backbone:
        p1: [-1, 1, Conv, [16, 3, 2]]
        p2: [-1, 1, CBLinear, ["[scaled(64, width), scaled(96, width)]"]]
      """
    let graph = try elaborate(try declaration(text), library: .standard)
    #expect(graph.rows[1].results.map(\.channels) == [32, 48])
  }

  private func declaration(_ text: String) throws(CompileFailure) -> ModelDeclaration {
    try readModel(try parseYAML(SourceFile(name: "m.yaml", text: text)), library: .standard).value
  }
}
