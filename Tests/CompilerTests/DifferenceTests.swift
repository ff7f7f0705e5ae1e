import Compiler
import Diagnostics
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// The output of `diff`: rows, costs, weights.
@Suite(.serialized) struct DifferenceTests {
  static let rows = [
    "p1: [-1, 1, Conv, [8, 3, 2]]", "p2: [-1, 1, Conv, [16, 3, 2]]", "p3: [-1, 1, Conv, [16, 3]]",
    "cat: [[p2, p3], 1, Concat, []]", "out: [-1, 1, Conv, [8]]",
  ]

  /// An edit of the small model above, and the expected difference.
  struct Edit: Sendable, CustomTestStringConvertible {
    var name: String
    var rows: [String]
    var settings = ""
    var says: [String]
    /// Tensors with the same name, another name, another shape, only in B, only in A, and confused.
    var weights: [Int]
    var testDescription: String { name }
  }

  /// Each convolution has five tensors: its weight and four of its normalisation.
  @Test(arguments: [
    Edit(name: "none", rows: rows, says: [], weights: [20, 0, 0, 0, 0, 0]),
    Edit(
      name: "arguments written in another way",
      rows: ["p1: [images, 1, Conv, {k: 3, s: 2, c2: 4 + 4}]"] + rows[1...2] + ["cat: [[p2, -1], 1, Concat, [1]]"]
        + rows[4...],
      says: [], weights: [20, 0, 0, 0, 0, 0]),
    Edit(
      name: "a row inserted", rows: rows[...1] + ["more: [-1, 1, Conv, [16, 3]]"] + rows[2...],
      says: ["+ more", "~ p3 from: p2 → more"],
      // The new row has the shapes of p3, whose index it has now.
      weights: [10, 10, 0, 5, 0, 5]),
    Edit(
      name: "a row removed", rows: rows[...1] + ["cat: [[p2, p2], 1, Concat, []]", rows[4]],
      says: ["- p3", "~ cat from: p2, p3 → p2, p2", "~ cat input: 16 x H/4 x W/4, 16 x H/4 x W/4 → 16 x H/4 x W/4"],
      weights: [10, 5, 0, 0, 5, 0]),
    Edit(
      name: "a width", rows: rows[...1] + ["p3: [-1, 1, Conv, [24, 3]]"] + rows[3...],
      says: [
        "~ p3 arguments: 16, 3 → 24, 3", "~ p3 shape: 16 x H/4 x W/4 → 24 x H/4 x W/4",
        "~ cat input: 16 x H/4 x W/4, 16 x H/4 x W/4 → 16 x H/4 x W/4, 24 x H/4 x W/4",
        "~ cat shape: 32 x H/4 x W/4 → 40 x H/4 x W/4", "~ out input: 32 x H/4 x W/4 → 40 x H/4 x W/4",
      ],
      weights: [14, 0, 6, 0, 0, 0]),
    Edit(
      name: "a number", rows: rows[...1] + ["p3: [-1, 2, Conv, [16, 3]]"] + rows[3...], says: ["~ p3 number: 1 → 2"],
      weights: [15, 0, 0, 10, 5, 0]),
    Edit(
      name: "a block", rows: rows[...1] + ["p3: [-1, 1, DWConv, [16, 3]]"] + rows[3...],
      says: ["~ p3 block: Conv → DWConv"], weights: [19, 0, 1, 0, 0, 0]),
    Edit(
      name: "sources in another order", rows: rows[...2] + ["cat: [[p3, p2], 1, Concat, []]", rows[4]],
      says: ["~ cat from: p2, p3 → p3, p2"], weights: [20, 0, 0, 0, 0, 0]),
    Edit(
      name: "rows in another order", rows: [rows[0], "p3: [-1, 1, Conv, [16, 3]]", "p2: [p1, 1, Conv, [16, 3, 2]]"],
      says: [
        "~ p3 from: p2 → p1", "~ p3 input: 16 x H/4 x W/4 → 8 x H/2 x W/2",
        "~ p3 shape: 16 x H/4 x W/4 → 16 x H/2 x W/2", "- cat",
        "- out",
      ],
      weights: [5, 9, 1, 0, 5, 9]),
    Edit(
      name: "a row renamed", rows: rows[...3] + ["end: [-1, 1, Conv, [8]]"], says: ["- out", "+ end"],
      weights: [20, 0, 0, 0, 0, 0]),
    Edit(
      name: "the activation", rows: rows, settings: "activation: ReLU",
      says: ["p1", "p2", "p3", "out"].map { "~ \($0) operators: activation act=silu(1) → activation act=relu(1)" },
      weights: [20, 0, 0, 0, 0, 0]),
  ])
  func editsAreFound(_ edit: Edit) throws {
    let difference = ModelDifference(try native(Self.rows), try native(edit.rows, edit.settings))
    #expect(difference.isMatchedByName)
    #expect(sentences(difference) == edit.says)
    #expect(counts(difference.weights) == edit.weights)
    #expect(difference.isEmpty == edit.says.isEmpty)
    expectSumsToAgree(difference)
  }

  /// Rows of the list dialect have no names; they are aligned by content.
  @Test(
    arguments: [
      ("[-1, 1, Conv, [8, 3, 2]]", [], [20, 0, 0, 0, 0, 0]),
      ("[-1, 1, Conv, [8, 3, 2]],\n [-1, 1, nn.Identity, []]", ["+ 1", "~ 2 from: 0 → 1"], [5, 15, 0, 0, 0, 4]),
      ("[-1, 1, Conv, [8, 5, 2]]", ["~ 0 arguments: 8, 3, 2 → 8, 5, 2"], [19, 0, 1, 0, 0, 0]),
      (
        "[-1, 1, nn.Conv2d, [3, 8, 3, 2, 1]]",
        ["~ 0 block: Conv → nn.Conv2d", "~ 0 arguments: 8, 3, 2 → out_channels=8, kernel_size=3, stride=2, padding=1"],
        [15, 0, 0, 2, 5, 0]
      ),
    ] as [(String, [String], [Int])])
  func rowsWithoutNamesAreAligned(_ first: String, _ says: [String], _ weights: [Int]) throws {
    func model(_ first: String) throws -> ComparedModel {
      try compared(
        """
        nc: 2
        backbone:
         [\(first),
          [-1, 1, Conv, [16, 3, 2]],
          [-1, 1, Conv, [16, 3]],
          [-1, 1, Conv, [32]]]
        head: []
        """)
    }
    let difference = ModelDifference(try model("[-1, 1, Conv, [8, 3, 2]]"), try model(first))
    #expect(!difference.isMatchedByName)
    #expect(sentences(difference) == says)
    #expect(counts(difference.weights) == weights)
    expectSumsToAgree(difference)
  }

  /// The table of alignments is limited; beyond the limit, rows with the same index are paired.
  @Test func veryLongModelsAreCompared() throws {
    func model(_ last: String) throws -> ComparedModel {
      let rows = [String](repeating: "[-1, 1, nn.Identity, []]", count: 2100) + [last]
      return try compared("nc: 2\nbackbone:\n [\(rows.joined(separator: ",\n  "))]\nhead: []\n")
    }
    let difference = ModelDifference(try model("[-1, 1, Conv, [8]]"), try model("[-1, 1, Conv, [8, 3]]"))
    #expect(sentences(difference) == ["~ 2100 arguments: 8 → 8, 3"])
  }

  // MARK: Published models

  @Test(arguments: OfficialModel.zooNames)
  func bothDialectsOfAModelAreTheSame(_ name: String) throws {
    let native = ComparedModel(
      try Fixtures.graph(Fixtures.models.appendingPathComponent("\(name).yaml")), dialect: .native)
    let official = ComparedModel(try OfficialModel.named(name).graph, dialect: .list)
    #expect(ModelDifference(native, official).isEmpty)
    #expect(ModelDifference(official, native).isEmpty)
  }

  struct Reparameterization: Sendable {
    var size: String
    /// The rows of YOLOv9 and of GELAN that correspond under different indices, from the official notebook.
    var runs: [String]
    var heads: (trained: Int, deployed: Int)
  }

  /// Every weight of a model with an auxiliary branch carries over to its inference form, by the map in the official
  /// notebook: rows are renumbered, and the main branches of the head (cv4, cv5, dfl2) are renamed to cv2, cv3, dfl.
  @Test(
    arguments: [
      Reparameterization(size: "t", runs: ["29...29 22...22"], heads: (29, 22)),
      Reparameterization(size: "s", runs: ["29...29 22...22"], heads: (29, 22)),
      Reparameterization(size: "m", runs: ["1...22 0...21", "38...38 22...22"], heads: (38, 22)),
      Reparameterization(size: "c", runs: ["1...22 0...21", "38...38 22...22"], heads: (38, 22)),
      Reparameterization(size: "e", runs: ["36...49 29...42"], heads: (49, 42)),
    ], [true, false])
  func trainedWeightsCarryOverToTheInferenceModel(_ expected: Reparameterization, _ isNative: Bool) throws {
    func model(_ name: String) throws -> ComparedModel {
      if isNative {
        return ComparedModel(
          try Fixtures.graph(Fixtures.models.appendingPathComponent("\(name).yaml")), dialect: .native)
      }
      return ComparedModel(try OfficialModel.named(name).graph, dialect: .list)
    }
    let deployed = try model("gelan-\(expected.size)")
    let weights = ModelDifference(try model("yolov9-\(expected.size)"), deployed).weights
    #expect(weights.added.names.isEmpty && weights.reshaped.names.isEmpty)
    #expect(weights.renumbering.map { "\($0.a) \($0.b)" } == expected.runs)
    for (name, old) in zip(weights.renamed.names, weights.oldNames)
    where name.hasPrefix("model.\(expected.heads.deployed).") {
      let parts = name.split(separator: ".").map(String.init)
      let branch = ["cv2": "cv4", "cv3": "cv5", "dfl": "dfl2"][parts[2]] ?? ""
      #expect(old == (["model", "\(expected.heads.trained)", branch] + parts[3...]).joined(separator: "."))
    }
  }

  // MARK: Reading differences

  private func sentences(_ difference: ModelDifference) -> [String] {
    difference.rows.filter { !$0.isSame }.flatMap { row -> [String] in
      let name = row.b?.row.name ?? row.a?.row.name ?? ""
      if row.a == nil { return ["+ \(name)"] }
      if row.b == nil { return ["- \(name)"] }
      return row.changes.map { "~ \(name) \($0.field.rawValue): \($0.a) → \($0.b)" }
    }
  }

  private func counts(_ weights: WeightTransfer) -> [Int] {
    [weights.sameName, weights.renamed, weights.reshaped, weights.added, weights.unused, weights.mistaken].map(
      \.names.count)
  }

  /// The additional costs of rows, and those of sections, add up to those of the model.
  private func expectSumsToAgree(_ difference: ModelDifference) {
    for form in [\ModelDifference.Costs.training, \.stripped, \.inference] {
      for kind in [\ModelReport.Cost.parameters, \.flops] {
        let total = difference.total[keyPath: form][keyPath: kind]
        #expect(difference.rows.reduce(0) { $0 + $1.costs[keyPath: form][keyPath: kind] } == total)
        #expect(difference.sections.reduce(0) { $0 + $1.costs[keyPath: form][keyPath: kind] } == total)
      }
    }
  }

  private func native(_ rows: some Sequence<String>, _ settings: String = "") throws -> ComparedModel {
    try compared("classes: 2\n\(settings)\nbackbone:\n" + rows.map { "  \($0)\n" }.joined())
  }

  private func compared(_ text: String) throws -> ComparedModel {
    let model = try readModel(try parseYAML(SourceFile(name: "m.yaml", text: text)), library: .standard).value
    return ComparedModel(try elaborate(model, library: .standard), dialect: model.dialect)
  }
}
