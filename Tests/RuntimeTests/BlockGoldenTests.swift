import Compiler
import Diagnostics
import Foundation
import ModelIR
import ModelSyntax
import Tensors
import TestSupport
import Testing

/// Every standard block compared with PyTorch: `Tests/Tools/block_goldens.py` wrote the files, with independent
/// modules.
///
/// PyTorch computes in single precision, so its results stay within one rounding bound of the exact ones, and a fused
/// plan's results within two of PyTorch's.
struct BlockGoldenTests {
  private static let folder = Fixtures.folder.appendingPathComponent("blocks")

  private static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".safetensors") }.sorted()
  }()

  /// A model, its weights, an image and PyTorch's results for it.
  private struct Golden {
    let source: SourceFile
    let file: TensorFile

    init(_ name: String) throws {
      file = try TensorFile(path: folder.appendingPathComponent(name).path)
      source = SourceFile(name: name + ".yaml", bytes: Array(try #require(file.metadata["model"]).utf8))
    }
  }

  @Test(arguments: names)
  func aBlockComputesWhatPyTorchComputes(_ name: String) throws {
    let golden = try Golden(name)
    let (file, graph) = (golden.file, try Fixtures.graph(golden.source))
    let checkpoint = Checkpoint(file)
    let image = try file.floats("images")
    let sides = try #require(file["images"]).shape.suffix(2)
    let (height, width) = (try #require(sides.first), try #require(sides.last))

    let outputs = graph.outputs
    #expect(Set(outputs.map(\.name)) == Set(file.names.filter { $0.hasPrefix("output") || $0.hasPrefix("auxiliary") }))
    let report = BindingReport(graph, checkpoint)
    try #require(report.isComplete)
    #expect(report.unused.filter { $0.hasPrefix("model.") } == [])
    let reference = try ReferenceInterpreter(graph, checkpoint).run(image, height: height, width: width)
    let bound = RoundingBound(graph, scales: reference.scales)
    let compiled = try CompiledModel(graph, checkpoint, keeping: [.main, .auxiliary])
    let fused = try compiled.outputs(for: image, height: height, width: width)

    for (position, output) in outputs.enumerated() {
      let value = reference[output.value]
      let expected = try file.floats(output.name).map(Double.init)
      #expect(file[output.name]?.shape == [1] + value.shape, "\(output.name)")
      // Boxes and classes of predictions have separate bounds; a map has one.
      let pieces: [(range: Range<Int>, allowed: Double)]
      if case .decodeDetections = graph[output.value].op {
        let boxes = 4 * value.plane
        let scale = value.values.prefix(boxes).reduce(0) { max($0, abs($1)) }
        let allowed = bound.predictions(output.value, boxScale: scale)
        pieces = [(0..<boxes, allowed.boxes), (boxes..<value.values.count, allowed.classes)]
      } else {
        pieces = [(value.values.indices, bound[output.value])]
      }
      try #require(expected.count == value.values.count && fused[position].count == expected.count)
      for (range, allowed) in pieces {
        let exact = largestDifference(expected[range].map(Float.init), value.values[range])
        #expect(exact <= allowed, "the reference's \(output.name) \(range)")
        let planned = largestDifference(fused[position][range], expected[range])
        #expect(planned <= 2 * allowed, "the plan's \(output.name) \(range)")
      }
    }
  }

  @Test func everyStandardBlockHasAFile() throws {
    var tested: Set<String> = []
    for name in Self.names {
      let model = try readModel(try parseYAML(Golden(name).source), library: .standard).value
      tested.formUnion(model.rows.map(\.layer.block.value))
    }
    #expect(BlockLibrary.standard.names.filter { !tested.contains($0) } == [])
  }

  @Test func everyActivationHasAFile() throws {
    let models = try Self.names.map { try #require(Golden($0).file.metadata["model"]) }
    let missing = Activation.torchNames.filter { name in !models.contains { $0.contains("act: \(name)") } }
    #expect(missing == [])
  }
}
