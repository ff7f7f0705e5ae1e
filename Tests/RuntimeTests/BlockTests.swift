import Compiler
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// Each standard block separately, so that the name of a failing test names the block.
struct BlockTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let block: String
    let from: String
    let arguments: String
    var testDescription: String { "[\(from), 1, \(block), \(arguments)]" }

    init(_ block: String, _ arguments: String, from: String = "-1") {
      self.block = block
      self.from = from
      self.arguments = arguments
    }
  }

  /// Blocks with one input map, then those with several; `a` to `c` have the same width, `small` has half the height.
  private static let cases: [Case] = {
    var generator = SeededGenerator(seed: 1)
    let simple = standardCalls(16, &generator).map { Case($0.block, $0.arguments) }
    return simple + [
      Case("nn.ZeroPad2d", "[[1, 2, 3, 0]]"),
      Case("Concat", "[]", from: "[a, b, a]"),
      Case("Shortcut", "[]", from: "[a, b]"),
      Case("CBLinear", "[[3, 16, 5]]", from: "small"),
      Case("CBFuse", "[[1, 0]]", from: "[cut, wide, b]"),
      Case("BoxBranches", "[4]", from: "[a, small]"),
      Case("ClassBranches", "[classes]", from: "[a, small]"),
      Case("DecodeLevels", "[classes]", from: "[boxes, scores]"),
      Case("Detect", "[classes]", from: "[a, small]"),
      Case("DDetect", "[classes]", from: "[small, a]"),
      Case("UltralyticsDetect", "[classes]", from: "[a, small]"),
      Case("DualDetect", "[classes]", from: "[a, small, b, small]"),
      Case("DualDDetect", "[classes]", from: "[a, small, b, small]"),
      Case("TripleDetect", "[classes]", from: "[a, b, small]"),
      Case("TripleDDetect", "[classes]", from: "[a, b, small]"),
    ]
  }()

  private static func model(_ row: Case) -> String {
    """
    classes: 3
    backbone:
      a: [-1, 1, Conv, [16, 3, 2]]
      b: [-1, 1, Conv, [16, 1]]
      small: [-1, 1, nn.MaxPool2d, [2]]
      cut: [small, 1, CBLinear, [[7, 16]]]
      wide: [a, 1, CBLinear, [[16]]]
      boxes: [[a, small], 1, BoxBranches, [1]]
      scores: [[a, small], 1, ClassBranches, [classes]]
      start: [b, 1, Conv, [16, 1]]
      row: [\(row.from), 1, \(row.block), \(row.arguments)]
    """
  }

  @Test(arguments: cases)
  func aBlockComputesWhatItMeans(_ row: Case) throws {
    let graph = try Fixtures.graph(Self.model(row))
    let checkpoint = Checkpoint(randomFor: graph, seed: 7)
    let compiled = try CompiledModel(graph, checkpoint, keeping: [.main, .auxiliary])
    for (height, width, threads) in [(16, 24, 1), (32, 20, 2)] {
      try expectAgreement(
        graph, [compiled], checkpoint, height: height, width: width, threads: threads)
    }
  }

  @Test func everyStandardBlockIsATestOfItsOwn() {
    let tested = Set(Self.cases.map(\.block))
    #expect(BlockLibrary.standard.names.filter { !tested.contains($0) } == [])
  }
}
