import Compiler
import Foundation
import ModelIR
import Runtime
import Tensors
import TestSupport
import Testing

/// Plan files: files that were written can be read, and reading any file is safe.
@Suite(.serialized)
struct PlanFileTests {
  /// A small model with a step of every kind.
  private static let text = """
    classes: 2
    backbone:
      image: [-1, 1, Silence, []]
      stem: [-1, 1, Conv, [8, 3, 2]]
      down: [-1, 1, ADown, [8]]
      norm: [-1, 1, nn.BatchNorm2d, []]
      more: [-1, 1, Conv, {c2: 8, k: 3, g: 8, act: GELU}]
      sum: [[more, down], 1, Shortcut, []]
      cut: [image, 1, CBLinear, [[8, 4]]]
      fuse: [[cut, sum], 1, CBFuse, [[0]]]
      pad: [-1, 1, nn.ZeroPad2d, [[1, 0, 2, 1]]]
      trim: [-1, 1, nn.Conv2d, [8, 2]]
      pool: [-1, 1, nn.MaxPool2d, [3, 1]]
      back: [-1, 1, nn.ZeroPad2d, [[1, 1, 0, 0]]]
      up: [-1, 1, Upsample, [2]]
      fold: [-1, 1, ReOrg, []]
      flat: [-1, 1, Expand, [2]]
      both: [[up, stem, flat], 1, Concat, []]
      mix: [-1, 1, Conv, [8, 1]]
      join: [[flat, mix, flat], 1, Concat, []]
      bend: [-1, 1, activation, [Tanh]]
      near: [-1, 1, nn.Conv2d, [18, 1]]
      far: [fuse, 1, nn.Conv2d, [18, 1]]
    heads:
      detect: [[near, far], 1, decode_detections, {classes: 2, bins: 4}]
    """
  private static let planKey = "gelan.plan"

  private let folder: TemporaryFolder
  private let bound: BoundPlan

  init() throws {
    folder = try TemporaryFolder()
    let graph = try Fixtures.graph(Self.text)
    bound = try CompiledModel(graph, Checkpoint(randomFor: graph, seed: 5)).bound
  }

  /// Writes a file with the plan `text` and the tensors that `change` returns.
  private func write(
    planText: String?, changing change: (String, Tensor) -> Tensor? = { $1 }, name: String = "plan.safetensors"
  ) throws -> String {
    let tensors = bound.tensors.compactMap { name, tensor in change(name, tensor).map { (name: name, tensor: $0) } }
    let path = folder.path(name)
    try writeTensorFile(
      path: path, tensors: tensors, metadata: planText.map { [Self.planKey: $0] } ?? ["format": "pt"])
    return path
  }

  @Test func aPlanComesBackAsItWasWritten() throws {
    let path = folder.path("plan.safetensors")
    let tensors = try storedWeights(bound.tensors, as: .fp32)
    try PlanFile.write(plan: bound.plan, tensors: tensors, path: path, metadata: ["made-by": "a test"])
    let read = try LoadedPlan(path: path)
    #expect(read.plan == bound.plan)
    var generator = SeededGenerator(seed: 1)
    let image = generator.image(channels: 3, height: 32, width: 48)
    let written = LoadedPlan(plan: bound.plan, tensors: bound.tensors)
    let outputs = try run(read, image, height: 32, width: 48)
    #expect(try outputs == run(written, image, height: 32, width: 48))
    #expect(outputs[0].contains { $0 != 0 } && outputs[0].allSatisfy(\.isFinite))
  }

  @Test func everyKindOfStepIsInThePlanThatIsDamagedBelow() {
    let kinds = Set(bound.plan.steps.map(\.op.name))
    let all: Set = [
      "conv2d", "channel_affine", "activation", "add", "max_pool", "avg_pool", "upsample", "resize_nearest", "zero_pad",
      "space_to_depth", "depth_to_space", "identity", "decode_detections",
    ]
    #expect(kinds == all)
    // Convolutions with each kind of addend, and with several concatenated inputs.
    let convolutions = bound.plan.steps.compactMap { step in
      if case .conv2D(let op) = step.op { (addend: op.addend, joined: op.joinedCount(step.inputs.count)) } else { nil }
    }
    #expect(Set(convolutions.map(\.addend)) == [.none, .before, .after])
    #expect(convolutions.contains { $0.addend == .before && $0.joined == 2 })
  }

  @Test func wrongFilesAreRefusedInOneSentence() throws {
    let text = bound.plan.description
    let weight = "model.1.conv.weight"
    let withoutOutputs = text.split(separator: "\n").filter { !$0.hasPrefix("output") }.joined(separator: "\n")
    func flattened(_ name: String, _ tensor: Tensor) -> Tensor {
      name == weight ? Tensor(shape: [tensor.values.count], values: tensor.values) : tensor
    }
    let cases: [(path: String, says: String)] = [
      (folder.path("nowhere.safetensors"), "nowhere.safetensors"),
      (try write(planText: nil, name: "tensors"), "this file holds tensors and no plan"),
      (try write(planText: "", name: "empty"), "the plan is empty"),
      (try write(planText: "graph \"a\"\n", name: "graph"), "line 1 of the plan: this is not a plan"),
      (try write(planText: text.replacing("plan 2", with: "plan 3"), name: "version"), "the plan has version 3"),
      (try write(planText: String(text.prefix(text.count / 2)), name: "half"), "of the plan"),
      (try write(planText: withoutOutputs, name: "mute"), "a plan has 1 to 64 outputs"),
      (
        try write(planText: text, changing: { $0 == weight ? nil : $1 }, name: "missing"),
        "needs the weight '\(weight)'"
      ),
      (
        try write(planText: text, changing: flattened, name: "misshapen"),
        "needs the weight '\(weight)' of shape [8, 3, 3, 3]"
      ),
      (
        try write(planText: text.replacing("=\(weight)", with: "=sum(\(weight))"), name: "recipe"),
        "was never computed"
      ),
    ]
    for (path, says) in cases {
      let error = try #require(throws: ModelError.self) { try LoadedPlan(path: path) }
      #expect(error.description.contains(says), "\(error.description)")
      #expect(error.description.contains(path) && !error.description.contains("\n"), "\(error.description)")
    }
  }

  /// Opens a file and runs its plan; false when it was rejected.
  private func opensAndRuns(_ path: String) -> Bool {
    do {
      let model = try LoadedPlan(path: path)
      let input = model.plan.input
      // Small sizes, regardless of the size in the damaged plan.
      let height = input.heightMultiple <= 64 ? input.heightMultiple * max(1, 16 / input.heightMultiple) : nil
      let width = input.widthMultiple <= 64 ? input.widthMultiple * max(1, 24 / input.widthMultiple) : nil
      let session = try Session(model, height: height, width: width, threads: 1)
      guard session.byteCount < 1 << 24 else { return true }
      session.input.update(repeating: 0.5)
      session.run()
      for (index, _) in session.plan.outputs.enumerated() {
        #expect(session.output(index).count == session.outputShape(index).reduce(1, *))
      }
      return true
    } catch {
      return false
    }
  }

  @Test func aDamagedTextIsRefusedOrRuns() throws {
    let text = bound.plan.description
    var accepted = 0
    let seeds: Range<UInt64> = 0..<3000
    for seed in seeds {
      var mutator = PlanMutator(seed: seed)
      let path = try write(planText: mutator.mutated(planText: text))
      if opensAndRuns(path) { accepted += 1 }
    }
    #expect(accepted > seeds.count / 50 && accepted < seeds.count / 2)
  }

  @Test func aDamagedFileIsRefusedOrRuns() throws {
    let path = try write(planText: bound.plan.description)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let headerEnd = 8 + bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var accepted = 0
    let seeds: Range<UInt64> = 0..<3000
    for seed in seeds {
      var mutator = PlanMutator(seed: seed)
      // The values of the weights are irrelevant; errors are in the header.
      let damaged = mutator.mutated(bytes, within: 0..<headerEnd)
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      if opensAndRuns(path) { accepted += 1 }
    }
    #expect(accepted > seeds.count / 50 && accepted < seeds.count / 2)
  }
}
