import Foundation
import Tensors
import TestSupport
import Testing

@testable import PyTorch

/// Files that PyTorch wrote (`Tests/Tools/make_checkpoints.py`), compared with the content that PyTorch reads from
/// them.
struct CheckpointFixtureTests {
  private let expected: TensorFile

  init() throws {
    expected = try TensorFile(path: Self.path("expected.safetensors"))
  }

  static func path(_ name: String) -> String { Fixtures.folder.appendingPathComponent("checkpoints/\(name)").path }

  static func open(_ name: String) throws -> PyTorchFile { try PyTorchFile(path: path("\(name).pt")) }

  /// Compares names, types, shapes and every byte.
  private func expectTensors(of model: PyTorchModel, toBe name: String) throws {
    let wanted = expected.entries.filter { $0.name.hasPrefix(name + "/") }
    #expect(!wanted.isEmpty)
    #expect(Set(model.tensors.map { name + "/" + $0.name }) == Set(wanted.map(\.name)))
    for entry in wanted {
      let inner = String(entry.name.dropFirst(name.count + 1))
      let tensor = try #require(model.tensors.first { $0.name == inner }?.tensor)
      #expect(tensor.type == entry.type && tensor.shape == entry.shape, "\(entry.name)")
      let bytes = try #require(expected.mappedBytes(entry.name))
      #expect(try model.withBytes(of: inner) { $0.elementsEqual(bytes) }, "\(entry.name)")
    }
  }

  @Test(arguments: [
    ("state-dict", [String]()), ("legacy", ["state_dict"]), ("protocol-4", []), ("protocol-5", []),
    ("types", []), ("views", []), ("shared-modules", []), ("legacy-modules", ["ema"]), ("legacy-views", []),
    ("command", ["model"]),
  ])
  func everyTensorIsRead(_ name: String, _ keys: [String]) throws {
    let file = try Self.open(name)
    #expect(file.keys == keys)
    try expectTensors(of: try file.model(file.preferredKey), toBe: name)
  }

  @Test func movingAveragesComeFirstAndTheModelCanBeChosen() throws {
    let file = try Self.open("modules")
    #expect(file.keys == ["model", "ema"] && file.preferredKey == "ema")
    try expectTensors(of: try file.model("ema"), toBe: "modules")
    try expectTensors(of: try file.model("model"), toBe: "modules-model")
  }

  @Test(arguments: [
    (["model", "ema.module"], "ema.module"), (["ema", "ema.module", "model"], "ema"),
    (["ema.a", "ema.b", "model"], "model"),
    (["student.model"], "student.model"), (["teacher", "student"], nil), ([], nil),
  ])
  func theKeyThatIsMeantIsFound(_ keys: [String], _ key: String?) {
    #expect(PyTorchFile.preferred(of: keys) == key)
  }

  @Test func whatTrainingRecordedIsFound() throws {
    let facts = try Self.open("modules").model("ema").facts
    var wanted = CheckpointFacts()
    wanted.classNames = ["cat", "dog", "bird"]
    wanted.classCount = 3
    wanted.strides = [2]
    wanted.epoch = 12
    wanted.date = "2024-05-01T10:00:00"
    wanted.model = "tiny.yaml"
    wanted.writer = "models.yolo.DetectionModel"
    #expect(facts == wanted)
    #expect(try Self.open("modules").model("ema").epsilons == [0.001])
    #expect(try Self.open("state-dict").model(nil).epsilons == [])
    #expect(CheckpointFacts(metadata: facts.metadata) == facts)
    #expect(try Self.open("legacy").model("state_dict").facts.epoch == 3)
    #expect(try Self.open("state-dict").model(nil).facts == CheckpointFacts())
  }

  @Test func numbersAreWidenedAndOthersRefused() throws {
    let model = try Self.open("types").model(nil)
    for name in ["fp64", "fp32", "fp16", "bf16"] {
      #expect(try model.tensor(name).values == expected.floats("types/\(name)"))
    }
    #expect(try model.tensor("single") == Tensor(shape: [], values: [2.5]))
    #expect(try model.tensor("empty") == Tensor(shape: [0, 4], values: []))
    #expect(throws: TensorFileError.self) { try model.tensor("int64") }
    #expect(throws: TensorFileError.self) { try model.tensor("nowhere") }
  }

  @Test func nothingOfAFileIsRun() throws {
    let file = try Self.open("command")
    #expect(file.keys == ["model"])
    #expect(!FileManager.default.fileExists(atPath: "/tmp/gelan-was-here"))
  }

  @Test func theBytesDecideWhatAFileIs() throws {
    #expect(PyTorchFile.isCheckpoint(path: Self.path("modules.pt")))
    #expect(PyTorchFile.isCheckpoint(path: Self.path("legacy.pt")))
    #expect(!PyTorchFile.isCheckpoint(path: Self.path("expected.safetensors")))
    #expect(!PyTorchFile.isCheckpoint(path: Self.path("nowhere.pt")))
  }
}
