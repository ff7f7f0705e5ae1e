import Foundation
import Tensors
import TestSupport

/// A plan of a small model, made by `gelan compile`, and the output of the official code for one image.
struct SmallPlan {
  let path: String
  let images: [Float]
  let imageShape: [Int]
  /// The main output of the official code: boxes, then classes.
  let expected: [Float]
  private let folder: TemporaryFolder

  init() throws {
    let golden = Fixtures.folder.appendingPathComponent("golden/mini-c").path
    folder = try TemporaryFolder()
    path = folder.path("mini-c.plan")
    let compiler = Process()
    compiler.executableURL = builtExecutable("gelan")
    compiler.arguments = ["compile", golden + ".yaml", "--weights", golden + ".weights.safetensors", "-o", path]
    compiler.standardOutput = FileHandle.nullDevice
    try compiler.run()
    compiler.waitUntilExit()
    let tensors = try TensorFile(path: golden + ".io.safetensors")
    images = try tensors.floats("images")
    imageShape = Array((tensors["images"]?.shape ?? []).dropFirst())
    expected = try tensors.floats("y.0.1")
  }
}
