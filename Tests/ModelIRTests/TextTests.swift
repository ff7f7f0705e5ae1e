import Compiler
import Foundation
import ModelIR
import TestSupport
import Testing

/// Graphs and plans as text: printed text is read back, and malformed text is rejected with its line.
@Suite(.serialized) struct TextTests {
  static let models: [URL] = [Fixtures.models, Fixtures.folder.appendingPathComponent("official")].flatMap { folder in
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".yaml") }
      .sorted()
      .map(folder.appendingPathComponent)
  }

  @Test(arguments: models)
  func graphsAndPlansAreReadBack(_ url: URL) throws {
    let graph = try Fixtures.graph(url)
    #expect(try Graph(text: graph.description) == graph)
    let optimized = optimize(graph)
    #expect(try Graph(text: optimized.description) == optimized)
    let executed = [Pass].execution.reduce(optimized) { $1.run($0) }
    #expect(try Graph(text: executed.description) == executed)
    for plan in [plan(optimized), plan(executed)] {
      #expect(try Plan(text: plan.description) == plan)
      try plan.verify()
    }
  }

  @Test func namesWithEveryKindOfCharacterAreReadBack() throws {
    var graph = try Graph(text: Self.graph)
    graph.name = "a \"b\" \\ c\n\r\t é 🦊 {}%@"
    graph.classNames = ["cat", "", "x y", "\"", "class 0", "line\nbreak"]
    #expect(try Graph(text: graph.description) == graph)
  }

  private static let graph = """
    graph "g"
    size 32 64
    classes 2
    %0 = input() {} : 3 x H x W @- images
    row "p1" backbone "Conv" from "-1" "x y" number 1 arguments "8, 3" : 8 x H/2 x W/2; 4 x (H*W)
    %1 = conv2d(%0) {out=8 k=3 s=2 p=1 act=leaky_relu(0.1) w=sum(a, padded(b, 1, 3))} : 8 x H/2 x W/2 @0 model.0
    output "output0" main %1

    """

  @Test func aGraphWrittenByHandIsPrintedAsItStands() throws {
    #expect(try Graph(text: Self.graph).description == Self.graph)
  }

  @Test func convolutionsOfSeveralInputsArePrintedAsTheyStand() throws {
    let text = """
      graph "g"
      size 32 64
      classes 1
      %0 = input() {channels=8} : 8 x H x W @- images
      %1 = conv2d(%0) {out=8 k=2 s=2 w=a} : 8 x H/2 x W/2 @- a
      %2 = conv2d(%0, %0, %1) {out=8 add=before up=2 w=inputs(joined(b, 4, c, 4), 24, 0, 8, 16, 24)} : 8 x H x W @- b
      %3 = conv2d(%2, %0) {out=8 k=3 p=1 g=2 act=silu add=after w=d b=joined(e, 8)} : 8 x H x W @- c
      output "output0" main %3

      """
    let graph = try Graph(text: text)
    #expect(graph.description == text)
    let plan = plan(graph)
    #expect(try Plan(text: plan.description) == plan)
    #expect(plan.description.contains("add=before up=2 w=inputs(joined(b, 4, c, 4), 24, 0, 8, 16, 24)"))
  }

  struct Malformed: Sendable {
    /// The replaced text of the graph above, and its replacement.
    var old: String
    var new: String
    var line: Int?
    var message: String

    init(_ old: String, _ new: String, _ line: Int?, _ message: String) {
      (self.old, self.new, self.line, self.message) = (old, new, line, message)
    }
  }

  @Test(arguments: [
    Malformed(graph, "", nil, "this is not a graph"), Malformed("classes 2\n", "", 3, "a graph begins with"),
    Malformed("classes 2", "classes -2", 3, "-2 is not a legal number of classes"),
    Malformed("\"g\"", "\"g", 1, "a quote is not closed"),
    Malformed("size 32 64", "size 32", 2, "a number was expected"),
    Malformed("conv2d", "conv3d", 6, "there is no operator 'conv3d'"),
    Malformed("k=3", "kernel=3", 6, "'conv2d' has no attribute 'kernel'"),
    Malformed("k=3", "k=three", 6, "'three' is not a value"),
    Malformed("k=3", "k", 6, "'k' is not an attribute"),
    Malformed("k=3", "k=5", 6, "conv2d makes 8 x H/2-1 x W/2-1, not 8 x H/2 x W/2"),
    Malformed("leaky_relu(0.1)", "leaky_relu(nan)", 6, "is not a value"),
    Malformed("b, 1, 3", "b, 3, 1", 6, "is not a value"),
    Malformed("out=8", "out=0", 6, "conv2d does not accept its inputs"),
    Malformed("conv2d(%0)", "conv2d(%1)", 6, "there is no value %1"),
    Malformed("conv2d(%0)", "conv2d(%0 %0)", 6, "',' was expected"),
    Malformed("%1 = conv", "%2 = conv", 6, "this line should make %1"),
    Malformed(" @0 model.0", "", 6, "' @' was expected"), Malformed("@0 model.0", "@0", 6, "the line ends too early"),
    Malformed("8 x H/2 x W/2;", "8 x H/0 x W/2;", 5, "is not a type"), Malformed("(H*W)", "()", 5, "is not a type"),
    Malformed("4 x (H*W)", "0 x (H*W)", 5, "is not a type"),
    Malformed("main %1", "other %1", 7, "an output is main or auxiliary"),
    Malformed("main %1", "main %7", 7, "there is no value %7"),
    Malformed("main %1", "main %1 more", 7, "the line should end before 'more'"),
  ])
  func malformedGraphsAreRefusedWithTheirLine(_ example: Malformed) throws {
    try #require(Self.graph.contains(example.old))
    let error = #expect(throws: TextError.self) {
      try Graph(text: Self.graph.replacingOccurrences(of: example.old, with: example.new))
    }
    #expect(error?.line == example.line)
    #expect(error?.message.contains(example.message) == true, "\(error?.message ?? "")")
  }

  @Test(
    arguments: [
      ("", nil, "the plan is empty"), ("graph \"g\"", 1, "this is not a plan"), ("plan 3 \"p\"", 1, "has version 3"),
      ("plan 0 \"p\"", 1, "has version 0"),
      ("plan 2 \"p\"\noutput \"o\" b0[0:1]", 2, "the line ends too early"),
      ("plan 2 \"p\"\noutput \"o\" b0[0:1] tensor", 2, "'{' was expected"),
      ("plan 2 \"p\"\noutput \"o\" b0[0:1] masks {}", 2, "there is no kind of output 'masks'"),
      ("plan 2 \"p\"\noutput \"o\" b0[0:1] tensor {classes=2}", 2, "'tensor' has no attribute 'classes'"),
      ("plan 2 \"p\"\noutput \"o\" b0[0:1] detections {boxes=corners}", 2, "'corners' is not a value"),
      ("plan 2 \"p\"\noutput \"o\" b0[0:1] detections {levels=2}", 2, "'detections' has no attribute 'levels'"),
      ("plan 1 \"p\"\noutput \"o\" b0[0:1] tensor {}", 2, "the line should end before 'tensor {}'"),
      ("plan 1 \"p\"\nclasses 2\nclasses 2", 3, "the classes are named twice"),
      ("plan 1 \"p\"\nclasses 1048577", 2, "is not a legal number of classes"),
      (
        "plan 1 \"p\"\nbuffer 1 x (" + [String](repeating: "H*W", count: 65).joined(separator: " + ") + ")", 2,
        "is not a type"
      ),
      ("plan 1 \"p\"\nbuffer 3 x H", 2, "'3 x H' is not a type"),
      ("plan 1 \"p\"\nb0[0:1 = add() {} @- s", 2, "']' was expected"),
      ("plan 1 \"p\"\nb0[0:1] = add(b0[0:1]) {} @", 2, "a number was expected"),
    ] as [(String, Int?, String)])
  func malformedPlansAreRefusedWithTheirLine(_ text: String, _ line: Int?, _ message: String) {
    let error = #expect(throws: TextError.self) { try Plan(text: text) }
    #expect(error?.line == line)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  /// Text that is still a plan after the damage is either rejected by `verify` or can be laid out in memory.
  @Test func damagedTextNeverTraps() throws {
    let graph = try Fixtures.graph(Fixtures.folder.appendingPathComponent("golden/mini-c.yaml"))
    let lines = deploymentPlan(optimize(graph)).description.split(separator: "\n").prefix(60).joined(separator: "\n")
    let texts = [Self.graph, lines, plan(try Graph(text: Self.graph)).description].map(Array.init)
    var state: UInt64 = 7
    func number(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(bound, 1)))
    }
    let pieces =
      Array("()[]{}%@:=,\"\\-0 19xHWb\né\u{0}").map(String.init) + [
        "-9223372036854775808", "99999999999999999999", "1e9",
      ]
    var refused = 0
    for round in 0..<1500 {
      var text = texts[round % texts.count]
      for _ in 0...number(below: 3) {
        let place = number(below: text.count)
        text.replaceSubrange(
          place..<min(text.count, place + number(below: 3)), with: Array(pieces[number(below: pieces.count)]))
      }
      do {
        if round % texts.count == 0 {
          let read = try Graph(text: String(text))
          #expect(try Graph(text: read.description) == read)
        } else {
          let read = try Plan(text: String(text))
          #expect(try Plan(text: read.description) == read)
          try read.verify()
          _ = read.buffers.map { $0.shape(height: 64, width: 64) }
          _ = read.parameters
        }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 500)
  }
}
