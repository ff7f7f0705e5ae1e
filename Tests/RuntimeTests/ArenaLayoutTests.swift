import Elements
import Foundation
import KernelInterface
import ModelIR
import TestSupport
import Testing

@testable import Runtime

/// Buffers share memory only while they do not need it.
struct ArenaLayoutTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let plan: Plan
    /// Input sizes as multiples of the least legal one.
    let sizes: [(Int, Int)]
    /// Whether the arena is as small as it can be: no larger than what lives at once.
    let fitsTightly: Bool
  }

  private static func zoo() throws -> [Case] {
    let folders = [Fixtures.models, Fixtures.folder.appendingPathComponent("official")]
    let files = try folders.flatMap {
      try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
    }
    // Files of segmentation and panoptic models end before their head.
    let isHeadless = { (file: URL) in
      ["seg", "pan"].contains { file.deletingPathExtension().lastPathComponent.hasSuffix($0) }
    }
    return try files.filter { $0.pathExtension == "yaml" && !isHeadless($0) }.sorted { $0.path < $1.path }.map { file in
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

  private func plan(buffer: String) throws -> Plan {
    var plan = try Plan(text: "plan 1 \"p\"\nbuffer \(buffer)\n")
    (plan.input.heightMultiple, plan.input.widthMultiple) = (1, 1)
    return plan
  }

  /// Pixels of few channels lie close together, others in whole cache lines, of an odd number where there are many: in
  /// elements of fp32. Rows of predictions have nothing between them.
  @Test(arguments: [
    (1, 1), (3, 3), (8, 8), (15, 15), (16, 16), (17, 32), (32, 32), (64, 64), (100, 112), (112, 112), (113, 144),
    (128, 144), (129, 144), (240, 240), (255, 272), (256, 272), (512, 528), (1_048_576, 1_048_592),
  ])
  func pixelsLieApart(_ channels: Int, _ stride: Int) throws {
    func bytes(_ buffer: String) throws -> Int {
      let plan = try plan(buffer: buffer)
      return BufferStorage(plan, all: .fp32).pixelStride(plan, 0)
    }
    #expect(try bytes("\(channels) x H x W/2") == 4 * stride)
    #expect(try bytes("\(channels) x (H*W)") == 4 * channels)
  }

  /// In bf16 an element takes two bytes; whole cache lines and odd numbers of them are as in fp32.
  @Test(arguments: [(2, 4), (14, 28), (16, 32), (30, 60), (32, 64), (34, 128), (64, 128), (256, 576), (272, 576)])
  func pixelsInBF16LieApart(_ channels: Int, _ stride: Int) throws {
    let plan = try plan(buffer: "\(channels) x H x W")
    let storage = BufferStorage(plan, all: .bf16)
    #expect(storage.pixelStride(plan, 0) == stride)
    let size = (32 * stride + 63) / 64 * 64
    #expect(ArenaLayout(try SizedPlan(plan, height: 4, width: 8), storage).sizes == [size])
  }

  private func check(_ row: Case) throws {
    let plan = row.plan
    let wanted = wanted(plan)
    for (tall, wide) in row.sizes {
      let (height, width) = (plan.input.heightMultiple * tall, plan.input.widthMultiple * wide)
      let storage = BufferStorage(plan, all: .fp32)
      let memory = ArenaLayout(try SizedPlan(plan, height: height, width: width), storage)
      for (buffer, type) in plan.buffers.enumerated() {
        let shape = try #require(type.shape(height: height, width: width), "\(row) at \(height)x\(width)")
        let bytes = shape.dropFirst().reduce(storage.pixelStride(plan, buffer), *)
        let offset = memory.offsets[buffer]
        #expect(memory.sizes[buffer] >= bytes && memory.sizes[buffer] < bytes + BufferLayout.alignment)
        #expect(offset >= 0 && offset % BufferLayout.alignment == 0 && offset + bytes <= memory.byteCount)
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
      #expect(memory.byteCount >= peak)
      #expect(memory.byteCount <= memory.sizes.reduce(0, +))
      if row.fitsTightly { #expect(memory.byteCount == peak, "\(row) at \(height)x\(width) wastes memory") }
    }
  }

  @Test func buffersOfAModelThatLiveTogetherLieApart() throws {
    let cases = try Self.zoo()
    #expect(cases.count == 12 + 14)
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
    #expect(throws: ModelError.self) { try SizedPlan(plan, height: height, width: width) }
    #expect(throws: Never.self) { try SizedPlan(plan, height: 64, width: 32) }
  }

  @Test(arguments: [
    ("nn.Conv2d, [4, 9]", 8), ("nn.ZeroPad2d, [7]", Int.max - 13), ("nn.Upsample, [none, 4]", Int.max / 2),
  ])
  func aSizeThatLeavesNothingOrThatNoNumberHoldsIsRefused(_ block: String, _ side: Int) throws {
    let plan = Fixtures.plan(of: try Fixtures.graph("{classes: 1, backbone: {row: [-1, 1, \(block)]}}"))
    #expect(throws: ModelError.self) { try SizedPlan(plan, height: 16, width: side) }
    #expect(throws: ModelError.self) { try SizedPlan(plan, height: side, width: 16) }
    #expect(throws: Never.self) { try SizedPlan(plan, height: 16, width: 16) }
  }
}
