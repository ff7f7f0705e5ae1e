import Compiler
import Foundation
import ModelIR
import Runtime
import Tensors
import TestSupport
import Testing

/// Outputs of the official PyTorch code for the same weights and images.
///
/// PyTorch computed them in single precision, so even the exact reference differs from them by its rounding: about 10⁻⁶
/// of a map's largest value. A box is the mean of 16 distances times a stride of 32 pixels at most, so that
/// its error in pixels is about a hundred times a map's; the trained model's maps are larger and its network deeper.
@Suite(.serialized)
struct GoldenTests {
  /// A model with weights in training form, an image and PyTorch's results for it.
  struct Golden {
    let graph: Graph
    let checkpoint: Checkpoint
    let io: TensorFile

    init(model: URL, weights: URL, io: URL) throws {
      graph = try Fixtures.graph(model)
      checkpoint = Checkpoint(try TensorFile(path: weights.path))
      self.io = try TensorFile(path: io.path)
    }

    init(mini name: String) throws {
      let folder = Fixtures.folder.appendingPathComponent("golden")
      try self.init(
        model: folder.appendingPathComponent("\(name).yaml"),
        weights: folder.appendingPathComponent("\(name).weights.safetensors"),
        io: folder.appendingPathComponent("\(name).io.safetensors"))
    }

    var image: [Float] { get throws { try io.floats("images") } }
    var height: Int { get throws { try #require(io["images"]).shape[2] } }
    var width: Int { get throws { try #require(io["images"]).shape[3] } }

    func expected(_ name: String) throws -> [Double] { try io.floats(name).map(Double.init) }
  }

  /// The first four rows are boxes in pixels, the others probabilities.
  private func differences(_ found: [Float], _ expected: [Double], classes: Int) -> (boxes: Double, classes: Double) {
    let boxCount = expected.count / (4 + classes) * 4
    return (
      largestDifference(found.prefix(boxCount), expected.prefix(boxCount)),
      largestDifference(found.dropFirst(boxCount), expected.dropFirst(boxCount))
    )
  }

  @Test(arguments: ["mini-c", "mini-s"])
  func aFusedPlanGivesTheOfficialBoxes(_ name: String) throws {
    let golden = try Golden(mini: name)
    let compiled = try CompiledModel(golden.graph, golden.checkpoint)
    let found = try compiled.outputs(for: golden.image, height: try golden.height, width: golden.width)
    let difference = differences(found[0], try golden.expected("y.0.1"), classes: golden.graph.classNames.count)
    #expect(difference.boxes < 5e-4 && difference.classes < 1e-7, "\(difference)")
  }

  @Test(arguments: ["mini-c", "mini-s"])
  func theReferenceGivesEveryOfficialOutput(_ name: String) throws {
    let golden = try Golden(mini: name)
    let graph = golden.graph
    // The raw maps are the inputs of the two decoders.
    let outputs = ["auxiliary0", "output0"].map { name in graph.outputs.first { $0.name == name }!.value }
    let maps = outputs.map { graph[$0].inputs }
    let results = try ReferenceInterpreter(graph, golden.checkpoint).run(
      golden.image, height: try golden.height, width: golden.width, requested: Set(maps.joined()))
    for (branch, output) in outputs.enumerated() {
      let difference = differences(
        results[output].values.map(Float.init), try golden.expected("y.0.\(branch)"), classes: graph.classNames.count)
      #expect(difference.boxes < 5e-4 && difference.classes < 1e-7, "\(difference)")
      for (level, map) in maps[branch].enumerated() {
        let found = results[map]
        let difference = largestDifference(found.values.map(Float.init), try golden.expected("y.1.\(branch).\(level)"))
        #expect(difference < 2e-6 * found.scale, "\(branch) \(level) \(difference)")
      }
    }
  }

  @Test(.enabled(if: Fixtures.hasShared, "the shared folder with trained weights is not on this machine"))
  func aTrainedModelGivesTheOfficialBoxes() throws {
    let weights = Fixtures.shared.appendingPathComponent("weights")
    let golden = try Golden(
      model: Fixtures.folder.appendingPathComponent("models/gelan-n.yaml"),
      weights: weights.appendingPathComponent("gelan-n_wholebody15.train.fp32.safetensors"),
      io: weights.appendingPathComponent("gelan-n_wholebody15.golden.safetensors"))
    let expected = try golden.expected("output0")
    let compiled = try CompiledModel(golden.graph, golden.checkpoint)
    let found = try compiled.outputs(for: golden.image, height: try golden.height, width: golden.width)
    let difference = differences(found[0], expected, classes: 15)
    #expect(difference.boxes < 4e-3 && difference.classes < 3e-5, "\(difference)")
    let reference = try ReferenceInterpreter(golden.graph, golden.checkpoint).run(
      golden.image, height: try golden.height, width: golden.width)
    let exact = differences(reference[golden.graph.outputs[0].value].values.map(Float.init), expected, classes: 15)
    #expect(exact.boxes < 4e-3 && exact.classes < 3e-5, "\(exact)")
  }
}
