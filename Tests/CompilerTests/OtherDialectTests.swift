import Compiler
import Diagnostics
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// Models of Ultralytics and of the MIT-licensed YOLO equal the official ones where the implementations agree.
@Suite(.serialized) struct OtherDialectTests {
  // MARK: Ultralytics

  /// The parameters that Ultralytics states for its files: those of the official unfused GELAN and 92,160 more, since
  /// three box branches are not grouped. `t` has class branches of width 80, not 128.
  @Test(arguments: [
    ("t", 2_128_720), ("s", 7_318_368), ("m", 20_216_160), ("c", 25_590_912), ("e", 58_206_592),
  ])
  func ultralyticsModelsHaveTheirStatedParameters(_ size: String, _ parameters: Int) throws {
    let graph = try Fixtures.graph(Self.ultralytics(size))
    let report = ModelReport(graph, optimized: optimize(graph))
    #expect(report.training.parameters == parameters)
    #expect(report.strides == [8, 16, 32])
    let gelan = try OfficialModel.named("gelan-\(size)").report
    if size != "t" { #expect(report.training.parameters - gelan.training.parameters == 92_160) }
    #expect(report.rows.dropLast().map(\.training) == gelan.rows.dropLast().map(\.training))
  }

  @Test func ultralyticsWeightsKeepTheirNames() throws {
    let graph = try Fixtures.graph(Self.ultralytics("t"))
    let names = storedShapes(graph)
    #expect(names["model.4.cv2.0.m.0.cv1.conv1.conv.weight"] == [16, 16, 3, 3])
    #expect(names["model.22.cv2.1.1.conv.weight"] == [64, 64, 3, 3], "box branches are not grouped")
    #expect(names["model.22.cv3.0.2.weight"] == [80, 80, 1, 1])
    #expect(names["model.22.dfl.conv.weight"] == [1, 16, 1, 1])
  }

  @Test(arguments: [
    (80, 80), (100, 100), (300, 100), (10, 64),
  ])
  func classBranchesAreAsWideAsTheClassesNeed(_ classes: Int, _ width: Int) throws {
    let text = """
      nc: \(classes)
      backbone: [[-1, 1, Conv, [64, 3, 2]]]
      head: [[[0], 1, Detect, [nc]]]
      """
    let names = storedShapes(try Fixtures.graph(text))
    #expect(names["model.1.cv3.0.2.weight"] == [classes, width, 1, 1])
  }

  struct Scaling: Sendable {
    var file: String
    var scales: String
    var width: Int
    var repeats: Int
    var warnings = 0
  }

  /// A width of 100 and a number of 3 under `[depth, width, widest]`.
  @Test(arguments: [
    Scaling(file: "yolov9s.yaml", scales: "scales: {n: [1, 1, 9000], s: [0.34, 0.5, 9000]}", width: 56, repeats: 1),
    Scaling(
      file: "yolov9.yaml", scales: "scale: s\nscales: {n: [1, 1, 9000], s: [0.67, 0.5, 9000]}", width: 56, repeats: 2),
    Scaling(
      file: "yolov9s.yaml", scales: "scale: n\nscales: {n: [1, 1, 9000], s: [1, 0.5, 9000]}", width: 104, repeats: 3),
    Scaling(
      file: "yolov9.yaml", scales: "scales: {n: [1, 0.25, 9000], s: [1, 0.5, 9000]}", width: 32, repeats: 3, warnings: 1
    ),
    Scaling(file: "mine.yaml", scales: "scales: {only: [1, 1, 48]}", width: 48, repeats: 3),
    Scaling(file: "mine.yaml", scales: "", width: 104, repeats: 3),
  ])
  func scalesMultiply(_ scaling: Scaling) throws {
    let text = """
      nc: 80
      \(scaling.scales)
      backbone:
        - [-1, 1, Conv, [100, 3, 2]]
        - [-1, 3, Conv, [100, 1]]
      head:
        - [[1], 1, Detect, [nc]]
      """
    let source = SourceFile(name: scaling.file, text: text)
    let model = try readModel(try parseYAML(source), library: .standard)
    #expect(model.warnings.count == scaling.warnings)
    let graph = try elaborate(model.value, library: .standard)
    #expect(graph.rows[1].results.map(\.channels) == [scaling.width])
    #expect(graph.rows[1].number == scaling.repeats)
  }

  @Test(arguments: [
    ("", "UltralyticsDetect"), ("anchors: 3", "Detect"), ("depth_multiple: 1.0", "Detect"),
    ("width_multiple: 1.0", "Detect"),
  ])
  func theKeysOfTheOfficialParserTellItsFilesFromUltralytics(_ key: String, _ head: String) throws {
    let text = """
      nc: 80
      \(key)
      backbone: [[-1, 1, Conv, [64, 3, 2]]]
      head: [[[0], 1, Detect, [nc]]]
      """
    #expect(try Fixtures.graph(text).rows[1].block == head)
  }

  @Test func aWidthThatEqualsTheClassCountIsLeftAlone() throws {
    let text = """
      nc: 27
      scales: {a: [1, 0.5, 9000]}
      backbone: [[-1, 1, Conv, [27, 3, 2]], [-1, 1, Conv, [28, 3, 2]]]
      head: [[[0], 1, Detect, [nc]]]
      """
    #expect(try Fixtures.graph(text).rows.map { $0.results[0].channels } == [27, 16, 31])
  }

  // MARK: The MIT-licensed YOLO

  struct MITModel: Sendable {
    var size: String
    /// The counts of that implementation, as trained and without its auxiliary section.
    var parameters: Int
    var stripped: Int
  }

  /// It has a frozen DFL of 16 elements for each level, where the official code and this compiler have one for each
  /// head: four more for two heads of three levels, two more for one.
  @Test(arguments: [
    MITModel(size: "s", parameters: 9_804_576, stripped: 7_226_240),
    MITModel(size: "m", parameters: 32_878_496, stripped: 20_124_032),
    MITModel(size: "c", parameters: 51_182_144, stripped: 25_498_784),
  ])
  func mitModelsAreTheOfficialOnes(_ expected: MITModel) throws {
    let graph = try Fixtures.graph(Self.mit(expected.size))
    let report = ModelReport(graph, optimized: optimize(graph))
    #expect(report.training.parameters == expected.parameters - 4 * 16)
    #expect(report.stripped.parameters == expected.stripped - 2 * 16)
    #expect(report.strides == [8, 16, 32])
    let official = try OfficialModel.named("yolov9-\(expected.size)")
    #expect(report.training == official.report.training)
    #expect(graph.outputs.map(\.role) == [.main, .auxiliary])
    #expect(withoutNames(optimize(graph)) == withoutNames(optimize(official.graph)))
    #expect(withoutNames(optimize(graph, keeping: [.main, .auxiliary])) == withoutNames(official.fusedTraining))
  }

  struct Rule: Sendable, CustomTestStringConvertible {
    var layer: String
    var block: String
    var arguments: String
    /// The input has 16 channels of height H/2.
    var result: String
    var testDescription: String { layer }
  }

  @Test(arguments: [
    Rule(
      layer: "Conv: {args: {out_channels: 8, kernel_size: 1}}", block: "Conv", arguments: "c2=8, k=1",
      result: "8 x H/2 x W/2"),
    Rule(
      layer: "Conv: {args: {out_channels: 8, kernel_size: 3, stride: 2, activation: false}}", block: "Conv",
      arguments: "c2=8, k=3, s=2, act=false", result: "8 x H/4 x W/4"),
    Rule(layer: "Pool: {}", block: "max_pool", arguments: "k=2, p=0", result: "16 x H/4 x W/4"),
    Rule(
      layer: "Pool: {args: {method: avg, kernel_size: 5, stride: 1}}", block: "avg_pool", arguments: "k=5, s=1, p=2",
      result: "16 x H/2 x W/2"),
    Rule(
      layer: "UpSample: {args: {scale_factor: 2}}", block: "nn.Upsample", arguments: "scale_factor=2",
      result: "16 x H x W"),
    Rule(layer: "RepConv: {args: {out_channels: 8}}", block: "RepConvN", arguments: "c2=8", result: "8 x H/2 x W/2"),
    Rule(
      layer: "Bottleneck: {args: {out_channels: 16}}", block: "RepNBottleneck", arguments: "c2=16, e=1.0",
      result: "16 x H/2 x W/2"),
    Rule(
      layer: "RepNCSP: {args: {out_channels: 8, repeat_num: 2}}", block: "RepNCSP", arguments: "c2=8, n=2",
      result: "8 x H/2 x W/2"),
    Rule(
      layer: "ELAN: {args: {out_channels: 8, part_channels: 10}}", block: "ELAN1", arguments: "c2=8, c3=10, c4=5",
      result: "8 x H/2 x W/2"),
    Rule(
      layer: "ELAN: {args: {out_channels: 8, part_channels: 10, process_channels: null}}", block: "ELAN1",
      arguments: "c2=8, c3=10, c4=5", result: "8 x H/2 x W/2"),
    Rule(
      layer:
        "RepNCSPELAN: {args: {out_channels: 8, part_channels: 12, process_channels: 4, csp_args: {repeat_num: 2}}}",
      block: "RepNCSPELAN4", arguments: "c2=8, c3=12, c4=4, c5=2", result: "8 x H/2 x W/2"),
    Rule(layer: "AConv: {args: {out_channels: 8}}", block: "AConv", arguments: "c2=8", result: "8 x H/4 x W/4"),
    Rule(layer: "ADown: {args: {out_channels: 8}}", block: "ADown", arguments: "c2=8", result: "8 x H/4 x W/4"),
    Rule(
      layer: "SPPELAN: {args: {out_channels: 9}}", block: "SPPELAN", arguments: "c2=9, c3=4", result: "9 x H/2 x W/2"),
    Rule(
      layer: "SPPELAN: {args: {out_channels: 9, neck_channels: 7}}", block: "SPPELAN", arguments: "c2=9, c3=7",
      result: "9 x H/2 x W/2"),
    Rule(
      layer: "SPPCSPConv: {args: {out_channels: 8}}", block: "SPPCSPConv", arguments: "c2=8", result: "8 x H/2 x W/2"),
    Rule(layer: "Concat: {source: [-1, A, 0.5]}", block: "", arguments: "", result: ""),
    Rule(layer: "Concat: {source: [-1, A, 1, -2]}", block: "Concat", arguments: "", result: "52 x H/2 x W/2"),
    Rule(
      layer: "Conv: {args: {out_channels: 8, kernel_size: 3}, source: 0}", block: "Conv", arguments: "c2=8, k=3",
      result: "8 x H x W"),
  ])
  func modulesOfTheMITDialectAreBlocks(_ rule: Rule) throws {
    let text = """
      model:
        backbone:
          - Conv: {args: {out_channels: 12, kernel_size: 3, stride: 2}, source: 0, tags: A}
          - Conv: {args: {out_channels: 16, kernel_size: 3}}
          - \(rule.layer)
      """
    guard !rule.block.isEmpty else {
      #expect(throws: UnexpectedFailure.self) { try Fixtures.graph(text) }
      return
    }
    let row = try #require(try Fixtures.graph(text).rows.last)
    #expect((row.block, row.arguments) == (rule.block, rule.arguments))
    #expect(row.results.map(\.description) == [rule.result])
  }

  /// 5, 9 and 13 in sequence have a larger receptive field than each alone, which distinguishes the two blocks.
  @Test func theMaximaOfSPPCSPConvFollowOneAnother() throws {
    func pools(_ block: String) throws -> [(Int, Bool)] {
      let graph = try Fixtures.graph("classes: 1\nbackbone: {a: [-1, 1, \(block), [8]]}")
      return graph.nodes.compactMap { node in
        guard case .maxPool(let pool) = node.op else { return nil }
        if case .maxPool = graph[node.inputs[0]].op { return (pool.kernel, true) }
        return (pool.kernel, false)
      }
    }
    #expect(try pools("SPPCSPConv").elementsEqual([(5, false), (9, true), (13, true)], by: ==))
    #expect(try pools("SPPCSPC").elementsEqual([(5, false), (9, false), (13, false)], by: ==))
  }

  @Test(arguments: [
    ("", 1, "DDetect"), ("args: {use_group: false}, ", 1, "Detect"), ("", 2, "DualDDetect"),
    ("args: {use_group: False}, ", 2, "DualDetect"), ("", 3, "TripleDDetect"),
  ])
  func headsBecomeOneRowWithTheMainOneLast(_ arguments: String, _ count: Int, _ block: String) throws {
    let others = (1..<count).map {
      "    - MultiheadDetection: {\(arguments)source: [B], tags: Aux\($0), output: True}\n"
    }
    let text = """
      model:
        backbone:
          - Conv: {args: {out_channels: 12, kernel_size: 3, stride: 2}, source: 0, tags: A}
          - Conv: {args: {out_channels: 16, kernel_size: 3}, tags: B}
        detection:
          - MultiheadDetection: {\(arguments)source: [A], tags: Main, output: True}

      """
    let graph = try Fixtures.graph(text + others.joined())
    let row = try #require(graph.rows.last)
    #expect(graph.rows.count == 3)
    #expect(row.block == block)
    #expect(graph.outputs.map(\.role) == [.main] + Array(repeating: .auxiliary, count: count - 1))
    // A's 12 channels are read by the main group, which comes last.
    let main = ["cv2", "cv4", "cv6"][count - 1]
    #expect(storedShapes(graph)["model.2.\(main).0.0.conv.weight"] == [64, 12, 3, 3])
  }

  // MARK: Lookup

  static func ultralytics(_ size: String) throws -> SourceFile {
    try Fixtures.source(Fixtures.folder.appendingPathComponent("ultralytics/yolov9\(size).yaml"))
  }

  static func mit(_ size: String) throws -> SourceFile {
    try Fixtures.source(Fixtures.folder.appendingPathComponent("mit/v9-\(size).yaml"))
  }

  private func storedShapes(_ graph: Graph) -> [String: [Int]] {
    Dictionary(
      graph.nodes.flatMap { $0.parameters(in: graph) }.map { ($0.expression.description, $0.shape) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The graph's nodes with the same name for all weights, since the rows of the two dialects have different numbers.
  private func withoutNames(_ graph: Graph) -> [String] {
    graph.nodes.map { node in
      let op = node.op.replacingParameters { role, _ in .stored(role) }
      return "\(op.name)(\(node.inputs.map(\.index))) \(op.attributeText) \(node.type.description)"
    }.sorted()
  }
}
