import Compiler
import Elements
import Foundation
import Kernels
import ModelIR
import TestSupport
import Testing

@testable import Runtime

/// What a plan is lowered to, as text: kernels, element types, memory and work.
struct LoweringTests {
  private static let model = """
    name: small
    classes: 2
    input: 64
    backbone:
      stem: [-1, 1, Conv, [16, 3, 2]]
      down: [-1, 1, Conv, [32, 3, 2]]
      deep: [-1, 1, Conv, [32, 3, 1]]
      wide: [-1, 1, Conv, [48, 1, 1]]
      each: [-1, 1, Conv, [48, 3, 1, null, 48]]
      pool: [-1, 1, nn.MaxPool2d, [2, 2]]
      up: [-1, 1, nn.Upsample, [null, 2, nearest]]
      cat: [[-1, deep], 1, Concat, []]
      last: [-1, 1, Conv, [32, 3, 2]]
    heads:
      detect: [[last], 1, DDetect, [classes]]
    """

  private func plan() throws -> Plan { deploymentPlan(optimize(try Fixtures.graph(Self.model))) }

  /// The whole text, on the instruction set that every processor has. With UPDATE_GOLDENS=1 the file is written anew.
  @Test func theTextNamesEveryDecision() throws {
    let target = try LoweringTarget(instructions: .baseline, threads: 2)
    let text = lower(try SizedPlan(try plan(), height: 64, width: 96), for: target).description + "\n"
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/lowered/small.txt")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("Golden/lowered/small.txt was written anew; look at the difference")
    }
    #expect(text == (try? String(contentsOf: file, encoding: .utf8)))
  }

  /// In bf16 a buffer is in bf16 if all that write and read it can; the input, the image's convolution's operands, what is
  /// decoded and depthwise convolutions are in fp32.
  @Test func storageInBF16() throws {
    let plan = try plan()
    let sized = try SizedPlan(plan)
    let kernels = chooseKernels(for: sized, operands: .bf16, hasSeparateAddPipe: false)
    let storage = chooseStorage(for: sized, kernels, precision: .bf16)
    let exact = plan.buffers.indices.filter { storage.elementTypes[$0] == .fp32 }
    let expected = plan.buffers.indices.filter { buffer in
      let depthwise = plan.steps.filter { step in
        if case .conv2D(let op) = step.op { op.groups == 48 } else { false }
      }
      let ends = [plan.input.view] + plan.outputs.map(\.view)
      let decoded = plan.steps.filter { $0.op.name == "decode_detections" }.flatMap(\.inputs)
      let views = ends + decoded + depthwise.flatMap { $0.inputs + [$0.output] }
      return views.contains { $0.buffer == buffer }
    }
    // What is moved from a depthwise convolution's fp32 output stays in fp32 only if it is moved as it is.
    #expect(Set(expected).isSubset(of: exact), "\(exact)")
    #expect(exact.count < plan.buffers.count)
  }

  /// A stage depends on those before it alone, so lowering twice gives the same.
  @Test(arguments: InstructionSet.available, [1, 2, 5])
  func loweringIsAFunction(_ instructions: InstructionSet, _ threads: Int) throws {
    let sized = try SizedPlan(try plan())
    let target = try LoweringTarget(instructions: instructions, threads: threads)
    let (one, other) = (lower(sized, for: target), lower(sized, for: target))
    #expect(one.description == other.description)
    #expect(one.byteCount >= one.arena.byteCount + one.scratchByteCount)
  }

  @Test(.enabled(if: !InstructionSet.baseline.supports(.bf16)))
  func anElementTypeWithoutKernelsIsRefused() {
    let error = #expect(throws: ModelError.self) {
      try LoweringTarget(instructions: .baseline, precision: .bf16, threads: 1)
    }
    #expect(error?.description == "the baseline kernels do not support bf16 on this processor")
  }
}
