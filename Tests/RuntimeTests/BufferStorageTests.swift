import Compiler
import Elements
import KernelInterface
import Kernels
import ModelIR
import TestSupport
import Testing

@testable import Runtime

/// Which feature maps a session in bf16 stores in bf16, and what that changes.
@Suite(.serialized)
struct BufferStorageTests {
  private func rounded(_ plan: Plan, _ precision: ElementType = .bf16) throws -> Set<Int> {
    let sized = try SizedPlan(plan)
    let kernels = chooseKernels(for: sized, operands: precision, hasSeparateAddPipe: false)
    let types = chooseStorage(for: sized, kernels, precision: precision).elementTypes
    return Set(types.indices.filter { types[$0] == .bf16 })
  }

  /// The channels of the maps that are not.
  private func exactMaps(_ graph: Graph, passes: [Pass] = .execution) throws -> [Int] {
    let plan = plan(passes.reduce(optimize(graph)) { $1.run($0) })
    let rounded = try rounded(plan)
    return plan.buffers.indices.filter { plan.buffers[$0].extents != nil && !rounded.contains($0) }
      .map { plan.buffers[$0].channels }
  }

  /// The image, and what is decoded: 16 bins for each of four sides and 80 classes.
  @Test(arguments: ["gelan-t", "gelan-s", "gelan-m", "gelan-c", "gelan-e"])
  func ofAPublishedNetworkAllButTheEnds(_ name: String) throws {
    let graph = try Fixtures.graph(Fixtures.models.appending(path: name + ".yaml"))
    #expect(try exactMaps(graph) == [3, 144, 144, 144])
    #expect(try rounded(plan(optimize(graph)), .fp32).isEmpty)
  }

  /// Two channels take a float; convolutions of each channel by itself are in single precision; and what moves numbers does
  /// not round them.
  @Test func noneOfOddChannelsNorWhatIsMovedFromAnExactMap() throws {
    func channels(_ rows: String) throws -> [Int] {
      try exactMaps(
        Fixtures.graph(
          """
          name: rounded
          classes: 2
          input: 64
          backbone:
            first: [-1, 1, Conv, [24, 3, 2]]
          \(rows)
            last: [-1, 1, Conv, [32, 3, 2]]
          heads:
            detect: [[last], 1, DDetect, [classes]]
          """), passes: [])
    }
    let depthwise = "  a: [-1, 1, Conv, [24, 3, 1, null, 24]]\n"
    #expect(try channels("  a: [-1, 1, Conv, [40, 3, 2]]\n  b: [-1, 1, Conv, [48, 1, 1]]") == [3, 66])
    #expect(try channels("  a: [-1, 1, Conv, [41, 3, 2]]\n  b: [-1, 1, Conv, [48, 1, 1]]") == [3, 41, 66])
    #expect(try channels("  a: [-1, 1, nn.MaxPool2d, [2, 2]]\n  b: [-1, 1, Conv, [48, 1, 1]]") == [3, 66])
    #expect(try channels(depthwise) == [3, 24, 24, 66])
    #expect(try channels(depthwise + "  b: [-1, 1, nn.MaxPool2d, [2, 2]]") == [3, 24, 24, 66])
    #expect(try channels(depthwise + "  b: [-1, 1, nn.Upsample, [null, 2, nearest]]") == [3, 24, 24, 24, 66])
  }

  /// A plan may have a buffer of more channels than its views show.
  @Test func aBufferOfOddChannelsIsNotRoundedForItsEvenViews() throws {
    let text = """
      name: views
      classes: 2
      input: 64
      backbone:
        first: [-1, 1, Conv, [24, 3, 2]]
        last: [-1, 1, Conv, [33, 3, 2]]
      heads:
        detect: [[last], 1, DDetect, [classes]]
      """
    var plan = plan(optimize(try Fixtures.graph(text)))
    let buffer = try #require(plan.buffers.firstIndex { $0.channels == 33 })
    for step in plan.steps.indices {
      for input in plan.steps[step].inputs.indices where plan.steps[step].inputs[input].buffer == buffer {
        plan.steps[step].inputs[input].upper = 32
      }
      if plan.steps[step].output.buffer == buffer { plan.steps[step].output.upper = 32 }
    }
    #expect(try !rounded(plan).contains(buffer))
  }

  /// Every rounding is by 2⁻⁹ at most, and those of the steps behind each other add up as a random walk does; twice that
  /// for what rounds twice, and for steps that make numbers smaller.
  @Test(.enabled(if: InstructionSet.best.supports(.bf16), "this processor has no kernels for bf16"))
  func modelsComputeWhatTheyDoInSinglePrecision() throws {
    var mapCount = 0
    for seed: UInt64 in 0..<120 {
      let graph = try Fixtures.graph(RandomModel(seed: seed).text)
      let checkpoint = Checkpoint(randomFor: graph, seed: seed)
      let compiled = try CompiledModel(graph, checkpoint, passes: seed % 2 == 0 ? .execution : [])
      mapCount += try rounded(compiled.bound.plan).count
      var generator = SeededGenerator(seed: seed)
      let (height, width) = (graph.heightMultiple * 3, graph.widthMultiple * 5)
      let image = generator.image(channels: graph.nodes[0].type.channels, height: height, width: width)
      let exact = try compiled.outputs(for: image, height: height, width: width)
      let found = try compiled.outputs(for: image, height: height, width: width, precision: .bf16)
      let bound = 2 * 0x1p-9 * Double(compiled.bound.plan.steps.count).squareRoot()
      for (exact, found) in zip(exact, found) {
        func size(_ numbers: some Sequence<Double>) -> Double { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let error = size(zip(exact, found).map { Double($0) - Double($1) }) / size(exact.map(Double.init))
        #expect(error <= bound, "seed \(seed): \(error / bound) of the bound")
      }
    }
    #expect(mapCount > 300, "The random models hardly had maps to round.")
  }
}
