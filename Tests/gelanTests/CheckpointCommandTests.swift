import Foundation
import PyTorch
import Tensors
import TestSupport
import Testing

/// Checkpoints of PyTorch's in the commands.
@Suite struct CheckpointCommandTests {
  private static let folder = "Tests/Fixtures/checkpoints/"

  @Test func aCheckpointIsCompiledWithItsClasses() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("tiny.plan").path
      let result = try Tool.run(
        "compile", Self.folder + "tiny.yaml", "--weights", Self.folder + "modules.pt", "-o", plan)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("taking 'ema'") && result.errors.contains("--checkpoint-key chooses"))
      #expect(result.errors.contains("trained for 3 classes, the model is written for 2; building for 3"))
      #expect(result.output.contains("largest difference from the unfused training graph"))
      let text = try Tool.run("show", plan).output
      for name in ["cat", "dog", "bird"] { #expect(text.contains(name), "\(text)") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["tiny.plan"])
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let words: String
    let status: Int32
    let says: String
    var testDescription: String { words }
  }

  @Test(arguments: [
    Case(words: "modules.pt --checkpoint-key model", status: 0, says: "building for 3"),
    Case(words: "modules.pt --checkpoint-key modle", status: 2, says: "did you mean 'model'?"),
    Case(words: "state-dict.pt --checkpoint-key model", status: 2, says: "has no keys"),
    Case(words: "modules.pt --classes 2", status: 1, says: "it fits with 3 classes"),
    Case(words: "modules.pt --no-verify", status: 0, says: "building for 3"),
    Case(words: "state-dict.pt", status: 1, says: "do not fit"),
    Case(words: "views.pt", status: 1, says: "in the file but not in the model: columns and 8 more"),
    Case(words: "expected.safetensors --checkpoint-key ema", status: 2, says: "is for PyTorch's files"),
    Case(words: "nowhere.pt", status: 3, says: "nowhere.pt"),
  ])
  func statusAndWords(_ example: Case) throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      let words = example.words.split(separator: " ").map(String.init)
      let result = try Tool.run(
        ["compile", Self.folder + "tiny.yaml", "-o", plan, "--weights", Self.folder + words[0]] + words.dropFirst())
      #expect(result.status == example.status, "\(result.errors)")
      #expect(result.errors.contains(example.says), "\(result.errors)")
      #expect(FileManager.default.fileExists(atPath: plan) == (example.status == 0))
    }
  }

  @Test func aPlanThatCannotBeComparedIsNotWritten() throws {
    try withTemporaryFolder { folder in
      let model = try PyTorchFile(
        path: Fixtures.folder.appendingPathComponent("checkpoints/modules.pt").path
      ).model("ema")
      var tensors: [(name: String, tensor: Tensor)] = []
      for (name, view) in model.tensors where view.type.isFloatingPoint {
        let tensor = try model.tensor(name)
        // Finite weights whose sums are infinite.
        let isStem = name == "model.0.conv.weight"
        let values = isStem ? tensor.values.map { $0 < 0 ? -3e38 : 3e38 } : tensor.values
        tensors.append((name, Tensor(shape: tensor.shape, values: values)))
      }
      let weights = folder.appendingPathComponent("extreme.safetensors").path
      try writeTensorFile(path: weights, tensors: tensors, metadata: model.facts.metadata)
      let plan = folder.appendingPathComponent("m.plan").path
      let words = ["compile", Self.folder + "tiny.yaml", "--weights", weights, "-o", plan]
      let refused = try Tool.run(words)
      #expect(refused.status == 1, "\(refused.errors)")
      #expect(refused.errors.contains("and is not written (--no-verify"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: plan))
      #expect(try Tool.run(words + ["--no-verify"]).status == 0)
    }
  }

  @Test func aModelThatFitsIsFoundBesideTheOneThatDoesNot() throws {
    try withTemporaryFolder { folder in
      func write(_ text: String, _ name: String) throws -> String {
        let path = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: path, atomically: true, encoding: .utf8)
        return path.path
      }
      let tiny = try String(
        contentsOf: Fixtures.folder.appendingPathComponent("checkpoints/tiny.yaml"), encoding: .utf8)
      let wide = try write(tiny.replacing("c2: 4,", with: "c2: 8,"), "a {b},c/wide.yaml")
      let fitting = try write(tiny, "a {b},c/below/tiny.yaml")
      _ = try write("backbone: [", "a {b},c/broken.yaml")
      let plan = folder.appendingPathComponent("m.plan").path
      let result = try Tool.run("compile", wide, "--weights", Self.folder + "modules.pt", "-o", plan)
      #expect(result.status == 1 && result.errors.contains("\n  it fits \(fitting)\n"), "\(result.errors)")
      #expect(!result.errors.contains("broken"), "\(result.errors)")
    }
  }

  @Test func whatIsMissingIsToldBesideTheOtherNumberOfClasses() throws {
    try withTemporaryFolder { folder in
      let golden = Fixtures.folder.appendingPathComponent("golden")
      let text = try String(contentsOf: golden.appendingPathComponent("mini-s.yaml"), encoding: .utf8)
      let yaml = folder.appendingPathComponent("m.yaml")
      try text.replacing(/nc: .*/, with: "nc: 7").write(to: yaml, atomically: true, encoding: .utf8)
      let file = try TensorFile(path: golden.appendingPathComponent("mini-s.weights.safetensors").path)
      let lost = "model.0.bn.running_var"
      var tensors: [(name: String, tensor: Tensor)] = []
      for entry in file.entries where entry.name != lost && entry.type.isFloatingPoint {
        tensors.append((entry.name, try file.tensor(entry.name)))
      }
      let (weights, plan) = (folder.appendingPathComponent("w").path, folder.appendingPathComponent("p").path)
      try writeTensorFile(path: weights, tensors: tensors)
      let words = ["compile", yaml.path, "--weights", weights, "-o", plan]
      let refused = try Tool.run(words)
      #expect(refused.status == 1 && refused.errors.contains("  tensors: 1 missing\n"), "\(refused.errors)")
      #expect(refused.errors.contains("\(lost) is missing") && !refused.errors.contains("--classes"))

      // Complete, but without names of classes.
      tensors.append((lost, try file.tensor(lost)))
      try writeTensorFile(path: weights, tensors: tensors)
      let compiled = try Tool.run(words)
      #expect(compiled.status == 0, "\(compiled.errors)")
      #expect(
        compiled.errors.contains("neither the checkpoint nor the model names the 5 classes"), "\(compiled.errors)")
    }
  }

  @Test func aPlanIsNoCheckpointAndACheckpointNoPlan() throws {
    try withTemporaryFolder { folder in
      let (plan, other) = (folder.appendingPathComponent("m.plan").path, folder.appendingPathComponent("n.plan").path)
      let (model, weights) = (Self.folder + "tiny.yaml", Self.folder + "modules.pt")
      let compiled = try Tool.run("compile", model, "--weights", weights, "-o", plan)
      #expect(compiled.status == 0 && !compiled.errors.contains("names the 3 classes"), "\(compiled.errors)")
      let object = try #require(try Tool.run("inspect", plan, "--json").objects.first)
      #expect(object["classes"] as? [String] == ["cat", "dog", "bird"] && object["classCount"] as? Int == 3)

      let again = try Tool.run("compile", model, "--weights", plan, "-o", other)
      #expect(again.status == 1 && again.errors.contains("this is a plan, made from modules.pt"), "\(again.errors)")
      for command in [["detect", weights, "a.png"], ["bench", weights], ["export", "onnx", weights, "-o", other]] {
        let result = try Tool.run(command)
        #expect(result.status == 1 && result.errors.contains("gelan compile MODEL.yaml --weights \(weights) -o PLAN"))
      }
      let unready = try Tool.run("bench", model)
      #expect(unready.status == 1 && unready.errors.contains("gelan compile \(model) --weights"), "\(unready.errors)")
      let shown = try Tool.run("show", weights)
      #expect(shown.status == 1 && shown.errors.contains("'gelan inspect' shows"), "\(shown.errors)")
    }
  }

  @Test func convertingKeepsEveryByteAndWhatIsRecorded() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("kept.safetensors").path
      let result = try Tool.run("weights", Self.folder + "modules.pt", "-o", path, "--checkpoint-key", "model")
      #expect(result.status == 0, "\(result.errors)")
      let kept = try TensorFile(path: path)
      let expected = try TensorFile(
        path: Fixtures.folder.appendingPathComponent("checkpoints/expected.safetensors").path)
      let names = expected.names.filter { $0.hasPrefix("modules-model/") }
      #expect(Set(kept.names) == Set(names.map { String($0.dropFirst("modules-model/".count)) }))
      for name in names {
        let inner = String(name.dropFirst("modules-model/".count))
        #expect(kept[inner]?.type == expected[name]?.type && kept[inner]?.shape == expected[name]?.shape)
        let (left, right) = (try #require(kept.mappedBytes(inner)), try #require(expected.mappedBytes(name)))
        #expect(left.elementsEqual(right), "\(name)")
      }
      // The classes come along, so the file compiles as the checkpoint does.
      let plan = folder.appendingPathComponent("m.plan").path
      let compiled = try Tool.run("compile", Self.folder + "tiny.yaml", "--weights", path, "-o", plan)
      #expect(compiled.status == 0 && compiled.errors.contains("trained for 3 classes"), "\(compiled.errors)")
    }
  }

  @Test(arguments: [("fp32", "F32"), ("bf16", "BF16"), ("fp16", "F16")])
  func convertingToATypeLeavesWholeNumbersAlone(_ type: String, _ name: String) throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("typed.safetensors").path
      let result = try Tool.run("weights", Self.folder + "types.pt", "-o", path, "--weights-type", type)
      #expect(result.status == 0, "\(result.errors)")
      let file = try TensorFile(path: path)
      for key in ["fp64", "fp32", "fp16", "bf16", "single", "empty"] {
        #expect(file[key]?.type.safetensorsName == name)
      }
      #expect(file["int64"]?.type == .int64 && file["bool"]?.type == .boolean)
    }
  }

  @Test func inspectListsWhatThereIs() throws {
    let object = try #require(try Tool.run("inspect", Self.folder + "modules.pt", "--json").objects.first)
    #expect(object["keys"] as? [String] == ["model", "ema"] && object["key"] as? String == "ema")
    #expect(object["classes"] as? [String] == ["cat", "dog", "bird"] && object["strides"] as? [Double] == [2])
    #expect(object["epoch"] as? Int == 12 && object["form"] as? String == "training")
    let tensors = try #require(object["tensors"] as? [[String: Any]])
    #expect(tensors.count == 21)
    #expect(tensors[0]["name"] as? String == "model.0.conv.weight" && tensors[0]["type"] as? String == "F16")
    #expect(tensors[0]["shape"] as? [Int] == [4, 3, 3, 3])
    let text = try Tool.run("inspect", Self.folder + "legacy.pt").output
    for words in ["format before PyTorch 1.6", "epoch:        3", "weight  F32  2x3", "steps   I64  a single number"] {
      #expect(text.contains(words), "\(text)")
    }
    #expect(try Tool.run("inspect", "README.md").status == 1)
    #expect(try Tool.run("inspect", "nowhere.pt").status == 3)
    #expect(try Tool.run("weights", Self.folder + "types.pt").status == 2)
  }

  @Test func theWeightsOfAPlanMakeNoPlan() throws {
    try withTemporaryFolder { folder in
      let (plan, path) = (folder.path + "/m.plan", folder.path + "/weights.safetensors")
      let compiled = try Tool.run("compile", Self.folder + "tiny.yaml", "--random-weights", "1", "-o", plan)
      #expect(compiled.status == 0, "\(compiled.errors)")
      #expect(try Tool.run("weights", plan, "-o", path).status == 0)
      let (file, weights) = (try TensorFile(path: plan), try TensorFile(path: path))
      #expect(Set(weights.names) == Set(file.names) && weights.metadata.isEmpty)
      let run = try Tool.run("bench", path)
      #expect(run.status == 1 && run.errors.contains("this file holds tensors and no plan"), "\(run.errors)")
    }
  }

  @Test func aHostileNameDrivesNoTerminal() throws {
    try withTemporaryFolder { folder in
      let path = folder.path + "/hostile.safetensors"
      let escape = "\u{1B}[2J"
      let tensor = Tensor(shape: [1], values: [1])
      try writeTensorFile(
        path: path, tensors: [("w" + escape, tensor)], metadata: ["k" + escape: escape, "date": escape])
      let inspected = try Tool.run("inspect", path)
      #expect(inspected.status == 0 && inspected.output.contains("w\\u{1B}[2J"), "\(inspected.errors)")
      let compiled = try Tool.run(
        "compile", Self.folder + "tiny.yaml", "--weights", path, "-o", folder.path + "/m.plan")
      #expect(compiled.status == 1 && compiled.errors.contains("w\\u{1B}[2J"), "\(compiled.errors)")
      for text in [inspected.output, compiled.errors] { #expect(!text.contains("\u{1B}")) }
    }
  }

  /// The largest differences of boxes and of probabilities between two files' `output0`.
  private func differences(_ found: String, _ golden: String) throws -> (boxes: Float, classes: Float) {
    let (left, right) = (try TensorFile(path: found), try TensorFile(path: golden))
    let shape = try #require(right["output0"]).shape
    #expect(left["output0"]?.shape == shape)
    let pairs = zip(try left.floats("output0"), try right.floats("output0"))
    var result: (boxes: Float, classes: Float) = (0, 0)
    for (index, pair) in pairs.enumerated() {
      let difference = abs(pair.0 - pair.1)
      #expect(difference.isFinite)
      if index / shape[2] % shape[1] < 4 {
        result.boxes = max(result.boxes, difference)
      } else {
        result.classes = max(result.classes, difference)
      }
    }
    return result
  }

  @Test(
    .enabled(if: Fixtures.hasShared, "the trained checkpoints are not on this machine"),
    arguments: [
      ("yolov9-t", "yolov9-t_wholebody15.dual-train.fp16"), ("gelan-t", "gelan-t_wholebody15.train.fp16"),
      // Already stripped: the names of gelan-t on the training graph of yolov9-t.
      ("yolov9-t", "gelan-t_wholebody15.train.fp16"),
    ])
  func trainedCheckpointsGiveTheOfficialBoxes(_ model: String, _ checkpoint: String) throws {
    try withTemporaryFolder { folder in
      let (plan, outputs) = (folder.path + "/m.plan", folder.path + "/out.safetensors")
      let weights = Fixtures.shared.appendingPathComponent("weights/\(checkpoint)").path
      let compiled = try Tool.run("compile", "models-yaml/\(model).yaml", "--weights", weights + ".pt", "-o", plan)
      #expect(compiled.status == 0, "\(compiled.errors)")
      let run = try Tool.run("run", plan, "--inputs", weights + ".golden.safetensors", "--outputs", outputs)
      #expect(run.status == 0, "\(run.errors)")
      let difference = try differences(outputs, weights + ".golden.safetensors")
      #expect(difference.boxes < 0.05 && difference.classes < 2e-4, "\(difference)")
      #expect(try Tool.run("show", plan).output.contains("Body_with_Wheelchair"))
    }
  }

  @Test(.enabled(if: Fixtures.hasShared, "the trained checkpoints are not on this machine"))
  func theUltralyticsCheckpointIsReadAndCompiled() throws {
    let path = Fixtures.shared.appendingPathComponent("weights/yolov9t_ball_ultralytics.pt").path
    let model = try PyTorchFile(path: path).model("model")
    #expect(model.tensors.count == 1375)
    #expect(model.facts.classNames == ["ball"] && model.facts.strides == [8, 16, 32])
    // Rows 0 to 21 are those of gelan-t, in Ultralytics' names as in the official ones.
    let graph = try Fixtures.graph(Fixtures.models.appendingPathComponent("gelan-t.yaml"))
    var shapes: [String: [Int]] = [:]
    for node in graph.nodes {
      for use in node.parameters(in: graph) { shapes[use.expression.description] = use.shape }
    }
    let body = model.tensors.filter { !$0.name.hasPrefix("model.22.") }
    #expect(body.count == 1254)
    for (name, tensor) in body where !name.hasSuffix(".num_batches_tracked") {
      #expect(shapes[name] == tensor.shape, "\(name)")
    }
    try withTemporaryFolder { folder in
      let compiled = try Tool.run(
        "compile", "models-yaml/ultralytics/yolov9t.yaml", "--weights", path, "-o", folder.path + "/ball.plan")
      #expect(compiled.status == 0, "\(compiled.errors)")
      #expect(!compiled.errors.contains("no row"), "\(compiled.errors)")
    }
  }
}
