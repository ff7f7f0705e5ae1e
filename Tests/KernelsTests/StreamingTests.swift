import KernelInterface
import Testing

@testable import Kernels

/// Maps so large that they are written past the caches: the same numbers come as where that is impossible, because pixels
/// do not start on cache lines.
@Suite struct StreamingTests {
  /// 32 channels of 184×184 are a little more than a million numbers.
  private static let shape = MapShape(channels: 32, height: 184, width: 184)

  @Test func largeMapsOfWholeCacheLinesAreStreamed() {
    func streams(_ channels: Int, _ side: Int, _ layout: MapLayout) -> Bool {
      TestMap(MapShape(channels: channels, height: side, width: side), layout).map.isNonTemporal
    }
    #expect(streams(32, 184, .padded))
    #expect(!streams(32, 184, .view) && !streams(33, 184, .padded) && !streams(32, 180, .padded))
    let map = TestMap(MapShape(channels: 64, height: 184, width: 184), .padded).map
    #expect(map.channels(16..<48).isNonTemporal && !map.channels(8..<40).isNonTemporal)
  }

  @Test(arguments: ConvolutionKernel.all)
  func convolutionsWriteTheSame(_ kernel: ConvolutionKernel) {
    let stride = kernel.tile?.stride ?? 1
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 32, height: 184 * stride, width: 184 * stride), outputChannels: 32, kernelHeight: 3,
      kernelWidth: 3, stride: stride, verticalPadding: 1, horizontalPadding: 1,
      groups: kernel == .depthwise ? 32 : 1)
    #expect(geometry.outputShape == Self.shape)
    var numbers = TestNumbers(seed: 1)
    var example = ConvolutionCase(
      geometry: geometry, joined: [32], input: numbers.reals(geometry.inputShape.count),
      weight: numbers.reals(geometry.weightCount), bias: numbers.reals(32), activation: .silu)
    let (before, after) = (numbers.reals(32 * 92 * 92), numbers.reals(Self.shape.count))
    for (isBefore, isAfter) in [(false, false), (false, true), (true, true)] {
      example.before = isBefore ? (before, 1) : nil
      example.after = isAfter ? after : nil
      // Only those with AVX-512 do; which of them does not matter.
      for set in sets(for: kernel).suffix(1) {
        let streamed = example.run(kernel, set, threadPools[2], output: .padded)
        #expect(streamed.isIntact)
        #expect(streamed.values == example.run(kernel, set, threadPools[1], output: .view).values, "\(set)")
      }
    }
  }

  /// Groups whose channels are whole vectors are streamed, others begin amid cache lines.
  @Test(
    arguments: [(2, 32), (2, 24), (16, 3)], [ConvolutionKernel.gemm, .winograd4, .gemm.bf16, .winograd4.bf16])
  func groupsWriteTheSame(_ groups: (count: Int, channels: Int), _ kernel: ConvolutionKernel) {
    let channels = groups.count * groups.channels
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: channels, height: 184, width: 184), outputChannels: channels, kernelHeight: 3,
      kernelWidth: 3, verticalPadding: 1, horizontalPadding: 1, groups: groups.count)
    var numbers = TestNumbers(seed: channels)
    var example = ConvolutionCase(
      geometry: geometry, joined: [channels], input: numbers.reals(geometry.inputShape.count),
      weight: numbers.reals(geometry.weightCount), bias: numbers.reals(channels), activation: .relu)
    for after in [nil, numbers.reals(geometry.outputShape.count)] {
      example.after = after
      for set in sets(for: kernel) {
        let streamed = example.run(kernel, set, threadPools[2], output: .padded)
        #expect(streamed.isIntact)
        #expect(streamed.values == example.run(kernel, set, threadPools[1], output: .view).values, "\(set)")
      }
    }
  }

  /// With 80 channels, as sums take four vectors at a time, and one more.
  @Test func sumsAndPoolsWriteTheSame() {
    let shape = MapShape(channels: 80, height: 184, width: 184)
    var numbers = TestNumbers(seed: 2)
    let values = (0..<2).map { _ in numbers.reals(shape.count) }
    let poolings = [1, 2].map { stride in
      PoolingGeometry(
        input: MapShape(channels: 80, height: 184 * stride, width: 184 * stride), kernel: 3, stride: stride, padding: 1)
    }
    for set in InstructionSet.available.suffix(2) {
      let pool = threadPools[1]
      let inputs = values.map { TestMap(shape, .padded, $0) }
      let large = TestMap(poolings[1].input, .padded, (0..<4).flatMap { values[$0 % 2] })
      let outputs = [MapLayout.padded, .view].map { layout in
        (0..<6).map { TestMap(shape, layout, $0 == 0 ? values[1] : nil) }
      }
      withExtendedLifetime((inputs, large)) {
        for maps in outputs {
          // In the memory of a term, too.
          add([inputs[0].map, maps[0].map], to: maps[0].map, microkernels: set.microkernels, pool: pool)
          add(inputs.map(\.map), to: maps[1].map, microkernels: set.microkernels, pool: pool)
          for (index, input) in [inputs[0].map, large.map].enumerated() {
            Kernels.pool(
              .maximum, input, poolings[index], to: maps[2 + index].map, microkernels: set.microkernels, pool: pool)
            Kernels.pool(
              .average, input, poolings[index], to: maps[4 + index].map, microkernels: set.microkernels, pool: pool)
          }
        }
      }
      #expect(outputs[0].allSatisfy(\.map.isNonTemporal) && outputs[0][0].values == outputs[0][1].values)
      for (streamed, stored) in zip(outputs[0], outputs[1]) {
        #expect(streamed.surroundingsAreIntact)
        #expect(streamed.values == stored.values, "\(set)")
      }
    }
  }
}
