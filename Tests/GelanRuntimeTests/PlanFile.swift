import Compiler
import Foundation
import Runtime
import Tensors
import TestSupport

/// A plan of a small model, as `gelan compile` writes it, and what the official code makes of one image.
struct PlanFile {
  let path: String
  let images: [Float]
  let imageShape: [Int]
  /// The main output of the official code: boxes, then classes.
  let expected: [Float]
  private let folder: TemporaryFolder

  init() throws {
    let golden = Fixtures.folder.appendingPathComponent("golden")
    folder = try TemporaryFolder()
    path = folder.path("mini-c.plan")
    let graph = try Fixtures.graph(golden.appendingPathComponent("mini-c.yaml"))
    let weights = try TensorFile(path: golden.appendingPathComponent("mini-c.weights.safetensors").path)
    let bound = try bindWeights(of: plan(optimize(graph)), from: graph, Checkpoint(weights))
    try InferenceModel.write(plan: bound.plan, tensors: bound.tensors, path: path)
    let tensors = try TensorFile(path: golden.appendingPathComponent("mini-c.io.safetensors").path)
    images = try tensors.floats("images")
    imageShape = Array((tensors["images"]?.shape ?? []).dropFirst())
    expected = try tensors.floats("y.0.1")
  }
}
