import Compiler
import Diagnostics
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// The two dialects are equivalent, and the official one follows the rules of the official parser.
@Suite(.serialized) struct DialectTests {
  @Test(arguments: OfficialModel.zooNames)
  func nativeAndOfficialFilesMakeOneGraph(_ name: String) throws {
    let native = try Fixtures.graph(Fixtures.models.appendingPathComponent("\(name).yaml"))
    let official = try OfficialModel.named(name).graph
    #expect(native.name == official.name)
    #expect(native.classNames == official.classNames)
    #expect(native.outputs == official.outputs)
    #expect(native.nodes.count == official.nodes.count)
    for (index, (mine, theirs)) in zip(native.nodes, official.nodes).enumerated() {
      #expect(
        mine.op == theirs.op && mine.inputs == theirs.inputs && mine.type == theirs.type
          && mine.origin.row == theirs.origin.row, "%\(index)")
    }
  }

  // MARK: Rules

  /// A rule of the official dialect in a tiny model. The expected values follow from the official parser's rules:
  /// `Conv` from a to b channels with kernel k has a·b·k² + 2·b parameters.
  struct Rule: Sendable, CustomTestStringConvertible {
    var name: String
    var settings = "nc: 80\nanchors: 3"
    var rows: [String]
    /// The results of the last row.
    var results: [String]
    var parameters: Int
    /// Some of the weights in the state dict with their shapes.
    var weights: [String] = []
    var testDescription: String { name }
  }

  @Test(arguments: DialectRules.all)
  func rulesOfTheOfficialParserHold(_ rule: Rule) throws {
    let graph = try graph(rule.settings, rule.rows)
    #expect(graph.rows.last?.results.map(\.description) == rule.results)
    #expect(ModelReport(graph, optimized: graph).training.parameters == rule.parameters)
    let stored = graph.nodes.flatMap { $0.parameters(in: graph) }.map { use in
      "\(use.expression.description) \(use.shape.map(String.init).joined(separator: "x"))"
    }
    for weight in rule.weights { #expect(stored.contains(weight), "among \(stored)") }
    #expect(Set(stored).count == stored.count, "no weight is read twice")
  }

  @Test(arguments: [
    ("activation: nn.ReLU()", Activation.relu), ("activation: nn.LeakyReLU(0.1)", .leakyReLU(slope: 0.1)),
    ("activation: nn.LeakyReLU(0.1, inplace=True)", .leakyReLU(slope: 0.1)), ("activation: nn.SiLU()", .silu),
    ("activation: nn.Identity()", .identity), ("inplace: True", .silu),
  ])
  func theActivationOfAFileIsItsBlocksOnly(_ setting: String, _ expected: Activation) throws {
    let with = try graph("nc: 80\n\(setting)", ["[-1, 1, Conv, [8, 1, 1]]"])
    let after = try graph("nc: 80", ["[-1, 1, Conv, [8, 1, 1]]"])
    #expect(activations(with) == [expected])
    #expect(activations(after) == [.silu], "nothing leaks into the next file")
  }

  @Test func bottleneckCSPKeepsItsOwnActivation() throws {
    let graph = try graph("nc: 80\nactivation: nn.ReLU()", ["[-1, 1, BottleneckCSP, [16]]"])
    #expect(activations(graph) == [.relu, .relu, .relu, .silu, .relu])
  }

  @Test(arguments: [
    ("nc: [cat, dog]", ["cat", "dog"]), ("nc: 2", ["class 0", "class 1"]), ("nc: 1 + 1", ["class 0", "class 1"]),
  ])
  func classesAreANumberOrNames(_ setting: String, _ names: [String]) throws {
    let graph = try graph(setting, ["[-1, 1, Conv, [16, 3, 2]]", "[[0], 1, DDetect, [nc]]"])
    #expect(graph.classNames == names)
    #expect(graph.rows.last?.results.map(\.description) == ["6 x (H/2*W/2)"])
  }

  private func graph(_ settings: String, _ rows: [String]) throws -> Graph {
    try Fixtures.graph(SourceFile(name: "rule.yaml", text: DialectRules.text(settings, rows)))
  }

  private func activations(_ graph: Graph) -> [Activation] {
    graph.nodes.compactMap { if case .activate(let op) = $0.op { op.activation } else { nil } }
  }
}
