import Compiler
import Diagnostics
import Foundation
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// Models of the other dialects become equivalent native ones.
@Suite(.serialized) struct ConvertTests {
  static let files: [URL] = ["official", "mit", "ultralytics"].flatMap { folder in
    let url = Fixtures.folder.appendingPathComponent(folder)
    let all = (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []
    return all.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
  }

  @Test func allFixturesAreThere() {
    #expect(Self.files.count == 20 + 3 + 5)
  }

  @Test(arguments: files)
  func theResultIsTheSameGraph(_ url: URL) throws {
    let source = try Fixtures.source(url)
    let graph = try Fixtures.graph(source)
    let text = try convert(source)
    let yaml = try parseYAML(SourceFile(name: "converted.yaml", text: text))
    let model = try readModel(yaml, library: .standard).value
    #expect(model.dialect == .native)
    let converted = try elaborate(model, library: .standard)
    #expect(converted.name == graph.name)
    #expect(converted.classNames == graph.classNames)
    #expect(converted.outputs == graph.outputs)
    #expect(converted.nodes.count == graph.nodes.count)
    for (mine, theirs) in zip(converted.nodes, graph.nodes) {
      #expect(mine.op == theirs.op && mine.inputs == theirs.inputs && mine.type == theirs.type)
      #expect(mine.origin.row == theirs.origin.row)
      #expect(mine.parameters(in: converted).map(\.expression) == theirs.parameters(in: graph).map(\.expression))
    }
    #expect(try formatModel(yaml) == text, "it is in its layout")
    // Every file of the fixtures begins with a comment.
    let header = try #require(source.text(0..<source.bytes.count).split(separator: "\n").first)
    #expect(text.hasPrefix(header + "\n"))
  }

  /// The names and sections of the models in `models-yaml` were chosen by hand.
  @Test(arguments: OfficialModel.zooNames)
  func rowsGetTheNamesOfTheZoo(_ name: String) throws {
    let zoo = try Fixtures.graph(Fixtures.models.appendingPathComponent("\(name).yaml"))
    let converted = try Fixtures.graph(
      try convert(try Fixtures.source(OfficialModel.folder.appendingPathComponent("\(name).yaml"))))
    #expect(converted.rows.map(\.name) == zoo.rows.map(\.name))
    #expect(converted.rows.map(\.section) == zoo.rows.map(\.section))
    #expect(converted.rows.map(\.from) == zoo.rows.map(\.from))
  }

  @Test(arguments: ["s", "m", "c"])
  func theMITModelsGetTheNamesOfTheZooToo(_ size: String) throws {
    let zoo = try Fixtures.graph(Fixtures.models.appendingPathComponent("yolov9-\(size).yaml"))
    let converted = try Fixtures.graph(try convert(try OtherDialectTests.mit(size)))
    #expect(converted.rows.map(\.name) == zoo.rows.map(\.name).filter { $0 != "image" })
  }

  // MARK: Rows

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: String
    /// The lines that the text must have, regardless of alignment.
    var lines: [String]
  }

  @Test(arguments: [
    Case(
      testDescription: "multipliers are multiplied out",
      before:
        "nc: 80\nanchors: 3\ndepth_multiple: 0.5\nwidth_multiple: 0.5\nbackbone: [[-1, 1, Conv, [64, 3, 2]], [-1, 6, Conv, [64, 1]]]\nhead: []\n",
      lines: ["p1_conv: [-1, 1, Conv, [32, 3, 2]]", "p1: [-1, 3, Conv, [32]]"]),
    Case(
      testDescription: "a number that became an argument stays one",
      before: "nc: 80\nanchors: 3\nbackbone: [[-1, 1, Conv, [64, 3, 2]], [-1, 3, BottleneckCSP, [64]]]\nhead: []\n",
      lines: ["p1: [-1, 1, BottleneckCSP, [64, 3]]"]),
    Case(
      testDescription: "defaults at the end are left out, and names come in when a default stands between",
      before:
        "nc: 80\nanchors: 3\nbackbone: [[-1, 1, Conv, [64, 3, 2, None, 1]], [-1, 1, Conv, [64, 1, 1, None, 1, 1, nn.ReLU()]], [-1, 1, nn.Conv2d, [64, 16, 3, 2, 1]]]\nhead: []\n",
      lines: [
        "p1_conv: [-1, 1, Conv, [64, 3, 2]]", "p1: [-1, 1, Conv, {c2: 64, act: nn.ReLU()}]",
        "p2: [-1, 1, nn.Conv2d, [16, 3, 2, 1]]",
      ]),
    Case(
      testDescription: "torch modules are said with blocks",
      before:
        "nc: 80\nanchors: 3\nbackbone: [[-1, 1, nn.Identity, [3]], [-1, 1, Conv, [64, 3, 4]], [-1, 1, nn.Upsample, [None, 2.0, 'nearest']], [-1, 1, nn.Upsample, [None, 4, nearest]]]\nhead: []\n",
      lines: ["image: [-1, 1, Silence, []]", "n1: [-1, 1, Upsample, []]", "row3: [-1, 1, Upsample, [4]]"]),
    Case(
      testDescription: "the image is called so where there is no row for it",
      before:
        "model: {backbone: [{Conv: {args: {out_channels: 8, kernel_size: 3, stride: 2}, source: 0}}, {Conv: {args: {out_channels: 8, kernel_size: 3, stride: 2}, source: 0}}]}\n",
      lines: ["a1: [-1, 1, Conv, [8, 3, 2]]", "b1: [images, 1, Conv, [8, 3, 2]]"]),
    Case(
      testDescription: "settings go along",
      before:
        "nc: [cat, 'a: b', null word]\nch: 4\nactivation: nn.LeakyReLU(0.1)\nanchors: 3\nbackbone: [[-1, 1, Conv, [8, 3, 3]]]\nhead: []\n",
      lines: [
        "classes: [cat, 'a: b', 'null word']", "channels: 4", "activation: LeakyReLU(0.1)",
        "row0: [-1, 1, Conv, [8, 3, 3]]",
      ]),
    Case(
      testDescription: "the class count has another name",
      before: "nc: 7\nanchors: 3\nbackbone: [[-1, 1, Conv, [8, nc - 4, 2]]]\nhead: [[[0], 1, Detect, [nc]]]\n",
      lines: ["classes: 7", "p1: [-1, 1, Conv, [8, classes - 4, 2]]", "detect: [[p1], 1, Detect, [classes]]"]),
    Case(
      testDescription: "comments stay with what they are about",
      before: """
        # file

        nc: 3  # three
        depth_multiple: 1.0  # gone with its key
        width_multiple: 1.0
        # trunk
        backbone:
          # stem
          - [-1, 1, Conv, [16, 3, 2]]  # 0-P1/2
          - [-1, 1, Conv,  # inside
             [16, 3, 2]]
        # top
        head:
          - [[1], 1, Detect, [nc]]  # last
        # end
        """,
      lines: [
        "# file", "classes: 3  # three", "", "# trunk", "backbone:", "# stem",
        "p1: [-1, 1, Conv, [16, 3, 2]]  # 0-P1/2",
        "# inside", "p2: [-1, 1, Conv, [16, 3, 2]]", "", "# top", "heads:",
        "detect: [[p2], 1, Detect, [classes]]  # last",
        "# end",
      ]),
    Case(
      testDescription: "groups of rows stay apart",
      before: """
        nc: 3
        anchors: 3
        backbone:
          [

           [-1, 1, Conv, [16, 3, 2]],


           # down

           [-1, 1, Conv, [16, 3, 2]],
           [-1, 1, Conv, [16, 3, 2]],

          ]
        head:
          [
           [[2], 1, Detect, [nc]],
          ]
        """,
      lines: [
        "classes: 3", "", "backbone:", "p1: [-1, 1, Conv, [16, 3, 2]]", "", "# down", "p2: [-1, 1, Conv, [16, 3, 2]]",
        "p3: [-1, 1, Conv, [16, 3, 2]]", "", "heads:", "detect: [[p3], 1, Detect, [classes]]",
      ]),
  ])
  func rowsAndSettingsAreWrittenShort(_ example: Case) throws {
    let text = try convert(SourceFile(name: "m.yaml", text: example.before))
    let lines = text.components(separatedBy: "\n").map { line in
      line.trimmingCharacters(in: .whitespaces).replacing(/: +\[/, with: ": [")
    }
    var rest = lines[...]
    for wanted in example.lines {
      guard let found = rest.firstIndex(of: wanted) else {
        Issue.record("no line '\(wanted)' in:\n\(text)")
        continue
      }
      rest = rest[(found + 1)...]
    }
  }

  @Test func sectionsNeverReorderRows() throws {
    // A training-only row between rows of the neck, and a second path from the image after them.
    let text = """
      nc: 3
      anchors: 3
      backbone:
        - [-1, 1, Silence, []]
        - [-1, 1, Conv, [16, 3, 2]]
        - [-1, 1, Conv, [16, 3, 2]]
        - [-1, 1, SPPELAN, [16, 8]]
      head:
        - [1, 1, Conv, [16, 3, 2]]
        - [3, 1, Conv, [16, 3, 1]]
        - [0, 1, Conv, [16, 3, 4]]
        - [[-1, 5], 1, Concat, [1]]
        - [[4, 7], 1, DualDDetect, [nc]]
      """
    let source = SourceFile(name: "m.yaml", text: text)
    let converted = try Fixtures.graph(try convert(source))
    let graph = try Fixtures.graph(source)
    #expect(converted.isSame(as: graph))
    let sections = converted.rows.map(\.section)
    #expect(sections.first == "backbone" && sections.last == "heads")
    let runs = zip(sections, sections.dropFirst()).filter { $0 != $1 }.count + 1
    #expect(runs == Set(sections).count)
  }

  // MARK: Names of the weights in checkpoints

  @Test func theHeaderSaysWhereOtherCheckpointsHaveTheWeights() throws {
    let mit = try convert(try OtherDialectTests.mit("c"))
    for line in [
      "#   rows 0 to 21: model.0 to model.21", "#   rows 22 to 36: model.23 to model.37",
      "#   row 37, auxiliary: model.38, in cv2, cv3 and dfl", "#   row 37, main: model.22, in cv4, cv5 and dfl2",
    ] {
      #expect(mit.contains(line + "\n"))
    }
    let ultralytics = try convert(try OtherDialectTests.ultralytics("t"))
    #expect(ultralytics.contains("# From yolov9t.yaml of Ultralytics."))
  }

  private func convert(_ source: SourceFile) throws -> String {
    let yaml = try parseYAML(source)
    let model = try readModel(yaml, library: .standard).value
    let graph = try elaborate(model, library: .standard)
    return try convertModel(model, yaml, graph: graph, library: .standard)
  }
}
