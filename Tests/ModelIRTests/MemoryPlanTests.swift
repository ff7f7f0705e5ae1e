import Foundation
import ModelIR
import TestSupport
import Testing

/// Buffers share memory only while they do not need it.
struct MemoryPlanTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let plan: Plan
    /// Input sizes as multiples of the least legal one.
    let sizes: [(Int, Int)]
    /// Whether the arena is as small as it can be: no larger than what lives at once.
    let fitsTightly: Bool
  }

  private static func zoo() throws -> [Case] {
    let files = try FileManager.default.contentsOfDirectory(at: Fixtures.models, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }.map { file in
      Case(
        testDescription: file.lastPathComponent, plan: Fixtures.plan(of: try Fixtures.graph(file)),
        sizes: [(1, 1), (20, 20), (7, 13)], fitsTightly: true)
    }
  }

  private static func random() throws -> [Case] {
    try (0..<40).map { seed in
      Case(
        testDescription: "random model \(seed)",
        plan: Fixtures.plan(of: try Fixtures.graph(RandomModel(seed: seed).text)), sizes: [(3, 5), (8, 4)],
        fitsTightly: false)
    }
  }

  /// The steps at which each buffer has to keep what it holds: from its first writer to its last reader. The image is
  /// there before step 0, outputs are read after the last step.
  private func wanted(_ plan: Plan) -> [ClosedRange<Int>?] {
    plan.buffers.indices.map { buffer in
      var steps: [Int] = []
      if plan.input.view.buffer == buffer { steps.append(-1) }
      for (index, step) in plan.steps.enumerated() {
        if ([step.output] + step.inputs).contains(where: { $0.buffer == buffer }) { steps.append(index) }
      }
      if plan.outputs.contains(where: { $0.view.buffer == buffer }) { steps.append(plan.steps.count) }
      guard let first = steps.min(), let last = steps.max() else { return nil }
      return first...last
    }
  }

  /// Pixels of few channels lie close together, others in whole cache lines, of an odd number where there are many.
  @Test(arguments: [
    (1, 1), (3, 3), (8, 8), (15, 15), (16, 16), (17, 32), (32, 32), (64, 64), (100, 112), (112, 112), (113, 144),
    (128, 144), (129, 144), (240, 240), (255, 272), (256, 272), (512, 528), (1_048_576, 1_048_592),
  ])
  func pixelsLieApart(_ channels: Int, _ stride: Int) throws {
    func buffer(_ text: String) throws -> TensorType {
      try #require(try Plan(text: "plan 1 \"p\"\nbuffer \(text)\n").buffers.first)
    }
    #expect(MemoryPlan.stride(of: try buffer("\(channels) x H x W/2")) == stride)
    #expect(MemoryPlan.stride(of: try buffer("\(channels) x (H*W)")) == channels)
  }

  /// Two channels take a float; whole lines and odd numbers of them are as of floats.
  @Test(arguments: [(2, 1), (14, 7), (16, 8), (30, 15), (32, 16), (34, 32), (64, 32), (256, 144), (272, 144)])
  func halvedPixelsLieApart(_ channels: Int, _ stride: Int) throws {
    let plan = try Plan(text: "plan 1 \"p\"\nbuffer \(channels) x H x W\n")
    #expect(MemoryPlan.stride(of: try #require(plan.buffers.first), isHalved: true) == stride)
    #expect(try #require(MemoryPlan(plan, height: 4, width: 8, halved: [0])).sizes == [(32 * stride + 15) / 16 * 16])
  }

  private func check(_ row: Case) throws {
    let plan = row.plan
    let wanted = wanted(plan)
    for (tall, wide) in row.sizes {
      let (height, width) = (plan.input.heightMultiple * tall, plan.input.widthMultiple * wide)
      let memory = try #require(MemoryPlan(plan, height: height, width: width), "\(row) at \(height)x\(width)")
      for (buffer, type) in plan.buffers.enumerated() {
        let floats = type.shape(height: height, width: width)!.dropFirst().reduce(MemoryPlan.stride(of: type), *)
        let offset = memory.offsets[buffer]
        #expect(memory.sizes[buffer] >= floats && memory.sizes[buffer] < floats + MemoryPlan.alignment)
        #expect(offset >= 0 && offset % MemoryPlan.alignment == 0 && offset + floats <= memory.count)
      }
      var peak = 0
      for step in -1...plan.steps.count {
        let live = plan.buffers.indices.filter { wanted[$0]?.contains(step) == true }
        let places = live.map { memory.offsets[$0]..<memory.offsets[$0] + memory.sizes[$0] }
          .sorted { $0.lowerBound < $1.lowerBound }
        for (one, next) in zip(places, places.dropFirst()) {
          #expect(one.upperBound <= next.lowerBound, "step \(step) of \(row) at \(height)x\(width)")
        }
        peak = max(peak, places.reduce(0) { $0 + $1.count })
      }
      #expect(memory.count >= peak)
      #expect(memory.count <= memory.sizes.reduce(0, +))
      if row.fitsTightly { #expect(memory.count == peak, "\(row) at \(height)x\(width) wastes memory") }
    }
  }

  @Test func buffersOfAModelThatLiveTogetherLieApart() throws {
    let cases = try Self.zoo()
    #expect(cases.count == 12)
    for row in cases { try check(row) }
  }

  @Test func buffersOfARandomModelThatLiveTogetherLieApart() throws {
    for row in try Self.random() { try check(row) }
  }

  @Test(arguments: [
    (0, 64), (64, 0), (-32, 64), (33, 64), (64, 48), (1 << 30, 1 << 30), (Int.max / 32 * 32, 32), (32, Int.max),
    (Int.min, 32),
  ])
  func anIllegalSizeIsRefused(_ height: Int, _ width: Int) throws {
    let plan = Fixtures.plan(of: try Fixtures.graph(Fixtures.models.appendingPathComponent("gelan-t.yaml")))
    #expect(MemoryPlan(plan, height: height, width: width) == nil)
    #expect(MemoryPlan(plan, height: 64, width: 32) != nil)
  }

  @Test(arguments: [
    ("nn.Conv2d, [4, 9]", 8), ("nn.ZeroPad2d, [7]", Int.max - 13), ("nn.Upsample, [none, 4]", Int.max / 2),
  ])
  func aSizeThatLeavesNothingOrThatNoNumberHoldsIsRefused(_ block: String, _ side: Int) throws {
    let plan = Fixtures.plan(of: try Fixtures.graph("{classes: 1, backbone: {row: [-1, 1, \(block)]}}"))
    #expect(MemoryPlan(plan, height: 16, width: side) == nil)
    #expect(MemoryPlan(plan, height: side, width: 16) == nil)
    #expect(MemoryPlan(plan, height: 16, width: 16) != nil)
  }
}
