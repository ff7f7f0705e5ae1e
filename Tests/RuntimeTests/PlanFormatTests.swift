import Compiler
import Elements
import Foundation
import ModelIR
import Runtime
import Tensors
import TestSupport
import Testing

/// The guarantees of a plan file beyond its plan: a format number, checksums, weights in narrow types.
@Suite(.serialized)
struct PlanFormatTests {
  private static let text = """
    classes: [cat, "süßer \\"dog\\""]
    backbone:
      stem: [-1, 1, Conv, [8, 3, 2]]
      odd: [-1, 1, Conv, [6, 3, 2]]
    heads:
      detect: [[odd], 1, DDetect, [classes]]
    """

  private let folder: TemporaryFolder
  private let bound: BoundPlan
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    let graph = try Fixtures.graph(Self.text)
    bound = try CompiledModel(graph, Checkpoint(randomFor: graph, seed: 5)).bound
    path = folder.path("m.plan")
    try write(.fp32, to: path)
  }

  private func write(_ type: ElementType, to path: String) throws {
    try PlanFile.write(
      plan: bound.plan, tensors: try storedWeights(bound.tensors, as: type), path: path,
      metadata: [PlanFile.Key.compiler: "gelan 99.1"])
  }

  private func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

  private func refusal(_ metadata: [String: String], isSealed: Bool) throws -> String? {
    let path = folder.path("other.plan")
    let tensors = try storedWeights(bound.tensors, as: .fp32)
    try writeTensorFile(
      path: path, tensors: tensors, metadata: metadata.merging([PlanFile.Key.plan: bound.plan.description]) { $1 },
      isSealed: isSealed)
    do {
      _ = try LoadedPlan(path: path)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func metadataTellsWhatThePlanIs() throws {
    let metadata = try TensorFile(path: path).metadata
    let expected = [
      PlanFile.Key.format: "5", PlanFile.Key.compiler: "gelan 99.1", PlanFile.Key.weightsType: "fp32",
      PlanFile.Key.classes: #"["cat","süßer \"dog\""]"#,
      PlanFile.Key.input: #"{"name":"images","type":"fp32","shape":["N",3,"H","W"],"colours":"RGB","range":[0,1],"#
        + #""multiples":[4,4],"size":[640,640]}"#,
      PlanFile.Key.outputs: #"[{"name":"output0","type":"fp32","shape":"N x 6 x (H/4*W/4)","meaning":"detections"}]"#,
    ]
    for (key, value) in expected { #expect(metadata[key] == value, "\(key)") }
    #expect(metadata[PlanFile.Key.plan] == bound.plan.description)
  }

  /// Files of every format that was ever written, from one model and one seed.
  @Test func everyFormatGivesTheSameNumbers() throws {
    let folder = Fixtures.folder.appendingPathComponent("plans").path
    var generator = SeededGenerator(seed: 3)
    let image = generator.image(channels: 3, height: 10, width: 6)
    let outputs = try (1...PlanFile.format).map { format in
      let file = try TensorFile(path: "\(folder)/format-\(format).plan")
      #expect(PlanFile.format(of: file) == format)
      #expect(file.isSealed == (format > 1))
      return try run(try LoadedPlan(file), image, height: 10, width: 6)
    }
    #expect(outputs[0][0].count == 6 * 15)
    #expect(outputs.allSatisfy { $0 == outputs[0] })
  }

  /// Output contracts came with format 5; every format opens with the same ones.
  @Test func everyFormatSaysWhatItsOutputsAre() throws {
    for format in 1...PlanFile.format {
      let plan = try LoadedPlan(path: Fixtures.folder.appendingPathComponent("plans/format-\(format).plan").path)
        .plan
      #expect(plan.outputs.map(\.detections) == [DetectionContract(classes: 2, strides: [2])], "format \(format)")
    }
    // Two outputs that are parts of one map, written by a gelan of format 4.
    let tensors = try LoadedPlan(path: Fixtures.folder.appendingPathComponent("plans/format-4-tensors.plan").path)
    #expect(tensors.plan.outputs.map(\.meaning) == [.tensor, .tensor])
  }

  /// A runtime opens every older format for good.
  @Test func formatsAreOpenedUpToTheOwnOne() throws {
    let format = PlanFile.Key.format
    #expect(try refusal([:], isSealed: false) == nil, "format 1 was the plan alone")
    #expect(try refusal([format: "1"], isSealed: false) == nil)
    #expect(try refusal([format: "2"], isSealed: true) == nil)
    #expect(try refusal([format: "3"], isSealed: true) == nil)
    #expect(try refusal([format: "4"], isSealed: true) == nil)
    #expect(try refusal([format: "5", "of-the-future": "ignored"], isSealed: true) == nil)

    let newer = try #require(try refusal([format: "6", PlanFile.Key.compiler: "gelan 9\u{1B}"], isSealed: true))
    #expect(
      newer.contains(#"has format 6, written by 'gelan 9\u{1B}', and this gelan opens formats 1 to 5"#), "\(newer)")
    #expect(newer.contains("open it with a newer gelan"))
    for text in ["0", "-1", "two", "", "99999999999999999999"] {
      #expect(try refusal([format: text], isSealed: true)?.contains("format is no number") == true, "'\(text)'")
    }
    #expect(try refusal([format: "2"], isSealed: false)?.contains("checksum does not match") == true)
    // Removing the number does not make a file one of format 1 whose checksums are not verified.
    #expect(try refusal([Seal.headerKey: "0"], isSealed: false)?.contains("checksum does not match") == true)
  }

  /// Python's own package reads the plan, and its hashlib computes the same checksums.
  @Test(.enabled(if: hasPythonPackages, "Python's safetensors and numpy are not on this machine"))
  func pythonReadsPlans() throws {
    for type in ElementType.ofWeights {
      try write(type, to: path)
      let script = """
        import hashlib, sys
        from safetensors import safe_open
        path = sys.argv[1]
        with safe_open(path, "np") as file:
            metadata = file.metadata()
            names = sorted(file.keys())
            print(metadata["gelan.model"], metadata["gelan.weights_type"], len(names), file.get_slice(names[-1]).get_shape())
        content = open(path, "rb").read()
        start = 8 + int.from_bytes(content[:8], "little")
        digest = metadata["gelan.header_sha256"]
        header = content[:start].replace(digest.encode(), b"0" * 64)
        assert hashlib.sha256(header).hexdigest() == digest
        assert hashlib.sha256(content[start:]).hexdigest() == metadata["gelan.data_sha256"]
        """
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", "-c", script, path]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let last = try #require(bound.tensors.max { $0.name < $1.name })
      #expect(said == "\(bound.plan.name) \(type.rawValue) \(bound.tensors.count) \(last.tensor.shape)\n")
    }
  }

  private static let hasPythonPackages: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import safetensors, numpy"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test func everyFlippedBitOfTheHeaderIsAnError() throws {
    let original = try bytes()
    let headerEnd = 8 + original[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    for place in 0..<headerEnd {
      var damaged = original
      damaged[place] ^= 1 << UInt8(place % 8)
      #expect(throws: (any Error).self, "byte \(place)") {
        _ = try LoadedPlan(try TensorFile(bytes: damaged))
      }
    }
    #expect(throws: Never.self) { try LoadedPlan(try TensorFile(bytes: original)) }
  }

  @Test func aFlippedBitOfTheWeightsIsFoundWhenTheyAreRead() throws {
    var damaged = try bytes()
    damaged[damaged.count - 100] ^= 4
    let file = try TensorFile(bytes: damaged)
    _ = try LoadedPlan(file)
    #expect(!file.hasIntactData)
  }

  /// The weights at their position in the file, all on cache lines.
  @Test(arguments: ElementType.ofWeights)
  func weightsStartOnCacheLines(type: ElementType) throws {
    try write(type, to: path)
    let model = try LoadedPlan(path: path)
    for use in model.plan.parameters {
      #expect(UInt(bitPattern: model.weights.elements(of: use).baseAddress) % 64 == 0, "\(use.expression)")
    }
    let file = try TensorFile(path: path)
    #expect(file.entries[0].byteRange.lowerBound % 64 == 0)
    for entry in file.entries where entry.byteRange.count % 64 == 0 {
      #expect(entry.byteRange.lowerBound % 64 == 0, "\(entry.name)")
    }
  }

  @Test(arguments: [ElementType.fp16, .bf16])
  func narrowWeightsAreWidenedExactly(type: ElementType) throws {
    let stored = try storedWeights(bound.tensors, as: type)
    try write(type, to: path)
    let file = try TensorFile(path: path)
    #expect(file.metadata[PlanFile.Key.weightsType] == type.rawValue)
    for (name, tensor) in bound.tensors {
      let isVector = tensor.shape.count == 1
      #expect(file[name]?.type == (isVector ? .fp32 : type == .fp16 ? .fp16 : .bf16))
      // 11 significant bits in fp16, 8 in bf16: rounded by half a unit of the last one at most.
      let bound: Float = isVector ? 0 : type == .fp16 ? 0x1p-11 : 0x1p-8
      for (narrow, full) in zip(try file.floats(name), tensor.values) {
        #expect((narrow - full).magnitude <= max(full.magnitude * bound, bound * 0x1p-14))
      }
    }
    var generator = SeededGenerator(seed: 1)
    let image = generator.image(channels: 3, height: 16, width: 24)
    let rounded = LoadedPlan(plan: bound.plan, tensors: stored.map { ($0.name, $0.tensor) })
    let opened = try LoadedPlan(path: path)
    let outputs = try run(opened, image, height: 16, width: 24)
    #expect(try outputs == run(rounded, image, height: 16, width: 24))

    let exact = LoadedPlan(plan: bound.plan, tensors: bound.tensors)
    let difference = try OutputDifference(between: exact, and: opened, images: 1, threads: 2)
    let (pixels, probability) = (try #require(difference.pixels), try #require(difference.probability))
    #expect(pixels > 0 && pixels < 1 && probability > 0 && probability < 0.1 && difference.value == nil)
    // The steepest part of the sigmoid gives at least as much of a difference as the range of the probabilities.
    let (swing, most) = (try #require(difference.swing), try #require(difference.swingOfMost))
    #expect(swing >= probability * 0.999 && swing < 1 && most <= swing)
    let none = try OutputDifference(between: exact, and: exact, images: 1, threads: 2)
    #expect(none.pixels == 0 && none.probability == 0 && none.swing == 0)
  }

  @Test func weightsThatDoNotFitANarrowTypeAreNamed() throws {
    let tensors = [
      (name: "small", tensor: Tensor(shape: [1, 1], values: [65_504])),
      (name: "large", tensor: Tensor(shape: [2, 1], values: [1, -70_000])),
      (name: "bias", tensor: Tensor(shape: [1], values: [1e30])),
    ]
    let error = #expect(throws: WeightsOverflow.self) { try storedWeights(tensors, as: .fp16) }
    #expect(error?.weights.map(\.name) == ["large"] && error?.weights.first?.largest == 70_000)
    #expect(try storedWeights(tensors, as: .bf16).map(\.type) == [.bf16, .bf16, .fp32])
  }

  @Test func aBatchGivesWhatItsImagesGive() throws {
    let model = try LoadedPlan(path: path)
    var generator = SeededGenerator(seed: 2)
    let images = (0..<3).map { _ in generator.image(channels: 3, height: 8, width: 12) }
    let session = try Session(model, height: 8, width: 12, batch: 3, threads: 2)
    #expect(session.inputShape == [3, 8, 12] && session.outputShape(0) == [6, 6])
    for _ in 0..<2 {
      _ = session.input.update(fromContentsOf: images.flatMap { $0 })
      session.run()
      let single = try images.flatMap { try run(model, $0, height: 8, width: 12)[0] }
      #expect(Array(session.output(0)) == single)
    }
    #expect(throws: ModelError.self) { try Session(model, batch: 0, threads: 1) }
    // A size beyond any machine's memory is an error, not an abort.
    let error = #expect(throws: ModelError.self) {
      try Session(model, height: 640, width: 640, batch: 1 << 40, threads: 1)
    }
    #expect(error?.description.contains("of memory, and the machine has") == true)
  }
}
