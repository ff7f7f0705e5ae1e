import Compiler
import Foundation
import GelanCompiler
import ModelIR
import Tensors
import TestSupport
import Testing

@testable import ONNX

/// The structure of exported models, read back by an independent reader.
///
/// `Tests/Tools/check_onnx.py` runs them in other engines.
@Suite struct ExportTests {
  /// A slice, a concat of slices and whole values, a copy, and two outputs, one of which is a concat.
  private static let small = """
    name: small
    classes: [cat, "dog's"]
    input: [32, 48]
    backbone:
      stem: [-1, 1, Conv, [8, 3, 2]]
      elan: [-1, 1, ELAN1, [8, 6, 4]]
      twice: [[elan, stem, elan], 1, Concat, []]
      raw: [-1, 1, nn.Conv2d, [18, 1]]
    heads:
      detect: [[raw], 1, decode_detections, {classes: 2, bins: 4}]
    """

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bound(_ graph: Graph, passes: [Pass] = .execution) throws -> BoundPlan {
    try compileGraph(graph, Checkpoint(randomFor: graph, seed: 3), passes: passes)
  }

  /// Exports and writes a plan with its weights.
  private func exported(_ bound: BoundPlan, _ options: ONNXOptions) throws -> [UInt8] {
    let (plan, model) = (folder.path("weights.safetensors"), folder.path("model.onnx"))
    try writeTensorFile(path: plan, tensors: bound.tensors)
    try exportPlan(bound.plan, options: options, producerVersion: "1.2").write(
      path: model, weights: try TensorFile(path: plan))
    return Array(try Data(contentsOf: URL(fileURLWithPath: model)))
  }

  private static let fixed = ONNXOptions(size: .fixed(height: 32, width: 48))

  @Test func aSmallModelIsWhatOneWouldWriteByHand() throws {
    let bound = try bound(try Fixtures.graph(Self.small))
    let model = try ONNXReader(try exported(bound, Self.fixed))
    #expect(model.irVersion == 8)
    #expect(model.opset == 17)
    #expect(model.producer == ["gelan", "1.2"])
    #expect(model.inputs == ["images: 1 x 3 x 32 x 48"])
    #expect(model.outputs == ["output0: 1 x 6 x 384"])
    #expect(model.faults.isEmpty)
    func convolution(_ scope: String, _ input: String, kernel k: Int = 1, stride s: Int = 1) -> [String] {
      let p = k / 2
      return [
        "\(scope)/Conv = Conv(\(input), \(scope).weight, \(scope).bias) dilations=[1, 1] group=1 "
          + "kernel_shape=[\(k), \(k)] pads=[\(p), \(p), \(p), \(p)] strides=[\(s), \(s)]",
        "\(scope)/Sigmoid = Sigmoid(\(scope)/Conv)", "\(scope)/Mul = Mul(\(scope)/Conv, \(scope)/Sigmoid)",
      ]
    }
    let elan = ["model.1.cv1.conv/Mul", "model.1.cv2.conv/Mul", "model.1.cv3.conv/Mul"]
    let expected: [[String]] = [
      convolution("model.0.conv", "images", kernel: 3, stride: 2),
      convolution("model.1.cv1.conv", "model.0.conv/Mul"),
      ["model.1.cv2.conv/Slice = Slice(model.1.cv1.conv/Mul, constant/3, constant/6, constant/1)"],
      convolution("model.1.cv2.conv", "model.1.cv2.conv/Slice", kernel: 3),
      convolution("model.1.cv3.conv", "model.1.cv2.conv/Mul", kernel: 3),
      ["model.1.cv4.conv/Concat = Concat(\(elan.joined(separator: ", "))) axis=1"],
      convolution("model.1.cv4.conv", "model.1.cv4.conv/Concat"),
      [
        "model.3/Concat = Concat(model.1.cv4.conv/Mul, model.0.conv/Mul, model.1.cv4.conv/Mul) axis=1",
        "model.3/Conv = Conv(model.3/Concat, model.3.weight, model.3.bias) dilations=[1, 1] group=1 "
          + "kernel_shape=[1, 1] pads=[0, 0, 0, 0] strides=[1, 1]",
      ],
    ]
    let texts = model.nodes.map(\.text)
    #expect(Array(texts.prefix(expected.joined().count)) == Array(expected.joined()))
    #expect(texts.last?.hasPrefix("output0 = Concat(") == true)
    #expect(model.values.contains("model.1.cv1.conv/Mul: 1 x 6 x 16 x 24"))
  }

  @Test(arguments: [[], [Pass].execution])
  func weightsAreThoseOfThePlan(_ passes: [Pass]) throws {
    let graph = try Fixtures.graph(Fixtures.folder.appendingPathComponent("models/every-step.yaml"))
    let bound = try bound(graph, passes: passes)
    let model = try ONNXReader(try exported(bound, ONNXOptions(size: .dynamic)))
    let tensors = Dictionary(uniqueKeysWithValues: model.tensors.map { ($0.name, $0) })
    for (name, tensor) in bound.tensors {
      let written = try #require(tensors[name], "\(name)")
      #expect(written.type == 1)
      #expect(written.floats == tensor.values, "\(name)")
      #expect(written.shape.filter { $0 != 1 } == tensor.shape.filter { $0 != 1 }, "\(name)")
    }
  }

  @Test(arguments: [[], [Pass].execution])
  func everyOperatorThatAPlanCanHaveIsExported(_ passes: [Pass]) throws {
    let graph = try Fixtures.graph(Fixtures.folder.appendingPathComponent("models/every-step.yaml"))
    let bound = try bound(graph, passes: passes)
    let kinds = Set(bound.plan.steps.map(\.op.name))
    #expect(
      kinds == [
        "conv2d", "channel_affine", "activation", "add", "max_pool", "avg_pool", "upsample", "resize_nearest",
        "zero_pad", "space_to_depth", "depth_to_space", "identity", "decode_detections",
      ])
    let suppression = ONNXOptions.Suppression(confidence: 0.25, iou: 0.45, maximumDetections: 300)
    for size in [ONNXOptions.Size.fixed(height: 48, width: 72), .dynamic] {
      for options in [
        ONNXOptions(size: size), ONNXOptions(opset: 22, batch: .dynamic, size: size),
        ONNXOptions(batch: .fixed(3), size: size, suppression: suppression),
      ] {
        let bytes = try exported(bound, options)
        let model = try ONNXReader(bytes)
        #expect(model.faults.isEmpty, "\(model.faults)")
        #expect(try exported(bound, options) == bytes, "equal plans give equal files")
      }
    }
  }

  /// Terms that are smaller than their sum are upsampled.
  @Test func smallerTermsAreEnlarged() throws {
    let graph = try Fixtures.graph(
      """
      classes: 1
      backbone:
        a: [-1, 1, Conv, [6, 3]]
        b: [a, 1, Conv, [6, 3, 2]]
        c: [b, 1, Conv, [6, 3, 2]]
        b2: [b, 1, nn.Upsample, [None, 2, nearest]]
        c4: [c, 1, nn.Upsample, [None, 4, nearest]]
        sum: [[b2, c4], 1, Shortcut, []]
      """)
    let model = try ONNXReader(try exported(try bound(graph), Self.fixed))
    #expect(model.faults.isEmpty, "\(model.faults)")
    // The last term is a map of its own in the plan too.
    let texts = model.nodes.map(\.text)
    #expect(texts.contains { $0.hasPrefix("model.5.sum/Resize = Resize(model.1.conv/Mul, , model.5.sum/scales)") })
    #expect(texts.last == "output0 = Add(model.5.sum/Resize, model.4/Resize)")
  }

  /// Convolutions with an addend are exported as their parts: a concat, a convolution, and sums around the activation.
  @Test func addendsAreSumsOfTheirOwn() throws {
    let graph = try Fixtures.graph(
      """
      classes: 1
      blocks:
      \(CustomBlock.named("pyramid").definition)
      backbone:
        image: [-1, 1, Conv, [6, 3]]
        up: [-1, 1, pyramid, [8]]
        more: [-1, 1, Conv, [8, 3]]
        sum: [[up, more], 1, Shortcut, []]
      """)
    let model = try ONNXReader(try exported(try bound(graph), Self.fixed))
    #expect(model.faults.isEmpty, "\(model.faults)")
    let texts = model.nodes.map(\.text)
    func place(_ beginning: String) throws -> Int {
      try #require(texts.firstIndex { $0.hasPrefix(beginning) }, "\(beginning) in \(texts.joined(separator: "\n"))")
    }
    let small = try place("model.1.out.conv.upsampled/Conv = Conv(model.1.small/MaxPool, ")
    let join = try place("model.1.out.conv/Concat = Concat(model.1.other.conv/Mul, model.0.conv/Mul) axis=1")
    let large = try place("model.1.out.conv/Conv = Conv(model.1.out.conv/Concat, ")
    let enlarged = try place("model.1.out.conv/Resize = Resize(model.1.out.conv.upsampled/Conv, ")
    let sum = try place("model.1.out.conv/Add = Add(model.1.out.conv/Conv, model.1.out.conv/Resize)")
    let activated = try place("model.1.out.conv/Mul = Mul(model.1.out.conv/Add, ")
    #expect(small < large && join < large && large < sum && enlarged < sum && sum < activated)
    let residual = try place("output0 = Add(model.2.conv/Mul, model.1.out.conv/Mul)")
    #expect(activated < residual)
  }

  @Test func metadataIsWhatProgramsLookFor() throws {
    let graph = try Fixtures.graph(Fixtures.folder.appendingPathComponent("models/every-step.yaml"))
    let suppression = ONNXOptions.Suppression(confidence: 0.5, iou: 0.45, maximumDetections: 10)
    let options = ONNXOptions(batch: .dynamic, size: .fixed(height: 48, width: 72), suppression: suppression)
    let model = try ONNXReader(try exported(try bound(graph), options))
    #expect(
      model.metadata == [
        "description": "every-step, exported by gelan", "version": "1.2", "stride": "12", "task": "detect",
        "batch": "1", "imgsz": "[48, 72]", "channels": "3", "gelan.height_multiple": "12", "gelan.width_multiple": "12",
        "names": #"{0: 'cat', 1: 'dog\'s', 2: 'back\\slash'}"#,
        "args": "{'batch': 1, 'dynamic': False, 'half': False, 'opset': 17, 'nms': True, 'conf': 0.5, 'iou': 0.45, "
          + "'max_det': 10}",
      ])
    #expect(model.outputs == ["output0: batch x 10 x 6"])
  }

  @Test func whatIsFreeHasAName() throws {
    let bound = try bound(try Fixtures.graph(Self.small))
    let model = try ONNXReader(try exported(bound, ONNXOptions(batch: .dynamic, size: .dynamic)))
    #expect(model.inputs == ["images: batch x 3 x height x width"])
    #expect(model.outputs == ["output0: batch x 6 x anchors"])
    #expect(model.values.contains("model.0.conv/Mul: batch x 8 x height/2 x width/2"))
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let options: ONNXOptions
    let says: String
    var testDescription: String { says }
  }

  static let refusals = [
    Refusal(options: ONNXOptions(size: .fixed(height: 33, width: 48)), says: "an input of 33x48 is not legal"),
    Refusal(options: ONNXOptions(size: .fixed(height: 0, width: 48)), says: "an input of 0x48 is not legal"),
    Refusal(options: ONNXOptions(batch: .fixed(0), size: .dynamic), says: "a batch of 0 images"),
    Refusal(options: ONNXOptions(opset: 16, size: .dynamic), says: "opset 16"),
    Refusal(options: ONNXOptions(size: .fixed(height: 1 << 20, width: 1 << 20)), says: "at most 2147483647 bytes"),
    Refusal(options: ONNXOptions(size: .fixed(height: .max - 1, width: 2)), says: "at most 2147483647 bytes"),
  ]

  @Test(arguments: refusals) func optionsThatDoNotFitAreRefused(_ refusal: Refusal) throws {
    let plan = try bound(try Fixtures.graph(Self.small)).plan
    let error = try #require(throws: ONNXExportError.self) {
      try exportPlan(plan, options: refusal.options, producerVersion: "1")
    }
    #expect(error.description.contains(refusal.says), "\(error.description)")
    #expect(!error.isFileError)
  }

  @Test func moreThanTwoGibibytesAreRefusedBeforeAnythingIsWritten() throws {
    let huge = """
      plan 1 "huge"
      classes 1
      buffer 3 x H x W
      buffer 32768 x H x W
      buffer 32768 x H x W
      input b0[0:3] multiple 1 1 size 8 8
      b1[0:32768] = conv2d(b0[0:3]) {out=32768 w=a} @0 m
      b2[0:32768] = conv2d(b1[0:32768]) {out=32768 w=b} @1 m
      output "output0" b2[0:32768]
      """
    let plan = try Plan(text: huge)
    let error = try #require(throws: ONNXExportError.self) {
      try exportPlan(plan, options: ONNXOptions(size: .dynamic), producerVersion: "1")
    }
    #expect(error.description.contains("2 GiB"), "\(error.description)")
  }

  @Test func suppressionNeedsADetectionHead() throws {
    let graph = try Fixtures.graph(
      "classes: 2\nbackbone:\n  p1: [-1, 1, Conv, [8, 3, 2]]\nheads:\n  p2: [-1, 1, Conv, [8]]\n")
    let plan = try bound(graph).plan
    let suppression = ONNXOptions.Suppression(confidence: 0.25, iou: 0.45, maximumDetections: 300)
    let error = try #require(throws: ONNXExportError.self) {
      try exportPlan(plan, options: ONNXOptions(size: .dynamic, suppression: suppression), producerVersion: "1")
    }
    #expect(error.description.contains("suppression needs a detection head"), "\(error.description)")
  }

  /// A buffer with as many parts as channels, copied repeatedly: the parts grow with the square of the plan's size.
  @Test func copiesWithoutEndAreRefused() throws {
    let count = 2100
    var lines = ["plan 1 \"p\"", "classes 1", "buffer 3 x H x W"]
    lines += Array(repeating: "buffer \(count) x H x W", count: count)
    lines.append("input b0[0:3] multiple 1 1 size 64 64")
    lines += (0..<count).map { "b1[\($0):\($0 + 1)] = identity(b0[0:1]) {} @0 a" }
    lines += (2...count).map { "b\($0)[0:\(count)] = identity(b1[0:\(count)]) {} @0 a" }
    lines.append("output \"output0\" b\(count)[0:\(count)]")
    let plan = try Plan(text: lines.joined(separator: "\n") + "\n")
    let error = try #require(throws: ONNXExportError.self) {
      try exportPlan(plan, options: ONNXOptions(size: .dynamic), producerVersion: "1")
    }
    #expect(error.description.contains("more values than any network"), "\(error.description)")
  }

  @Test func weightsOfAnotherPlanAreRefused() throws {
    let bound = try bound(try Fixtures.graph(Self.small))
    let (path, target) = (folder.path("other.safetensors"), folder.path("model.onnx"))
    try writeTensorFile(path: path, tensors: Array(bound.tensors.dropFirst()))
    let model = try exportPlan(bound.plan, options: Self.fixed, producerVersion: "1")
    let error = try #require(throws: ONNXExportError.self) {
      try model.write(path: target, weights: try TensorFile(path: path))
    }
    #expect(error.description.contains("model.0.conv.weight"), "\(error.description)")
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  /// Any plan is either rejected or gives a graph in which every value is produced once, before it is read.
  @Test func damagedPlansAreRefusedOrGiveWellFormedModels() throws {
    let text = try bound(try Fixtures.graph(Fixtures.folder.appendingPathComponent("models/every-step.yaml"))).plan
      .description
    let suppression = ONNXOptions.Suppression(confidence: 0.25, iou: 0.45, maximumDetections: 300)
    let kinds = [
      ONNXOptions(size: .dynamic), ONNXOptions(size: .fixed(height: 48, width: 72)),
      ONNXOptions(batch: .dynamic, size: .dynamic, suppression: suppression),
    ]
    var accepted = 0
    let seeds: Range<UInt64> = 0..<900
    for seed in seeds {
      var mutator = PlanMutator(seed: seed)
      guard let plan = try? Plan(text: mutator.mutated(planText: text)),
        let model = try? exportPlan(plan, options: kinds[Int(seed % 3)], producerVersion: "1")
      else { continue }
      let message = model.message
      guard message.byteCount < 1 << 20 else { continue }  // too large for a test
      let bytes = message.pieces.flatMap { piece in
        switch piece {
        case .bytes(let bytes): bytes
        case .weight(_, let count): [UInt8](repeating: 0, count: count * 4)
        }
      }
      #expect(bytes.count == message.byteCount)
      let faults = try ONNXReader(bytes).faults
      #expect(faults.isEmpty, "seed \(seed): \(faults)")
      accepted += 1
    }
    #expect(accepted > seeds.count / 50 && accepted < seeds.count / 2)
  }
}
