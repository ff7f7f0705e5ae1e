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
      TestMap(MapShape(channels: channels, height: side, width: side), layout).map.streams
    }
    #expect(streams(32, 184, .padded))
    #expect(!streams(32, 184, .view) && !streams(33, 184, .padded) && !streams(32, 180, .padded))
    let map = TestMap(MapShape(channels: 64, height: 184, width: 184), .padded).map
    #expect(map.channels(16..<48).streams && !map.channels(8..<40).streams)
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

  @Test func sumsAndPoolsWriteTheSame() {
    var numbers = TestNumbers(seed: 2)
    let values = (0..<2).map { _ in numbers.reals(Self.shape.count) }
    let pooling = PoolingGeometry(input: Self.shape, kernel: 3, stride: 1, padding: 1)
    for set in InstructionSet.available.suffix(2) {
      let pool = threadPools[1]
      let inputs = values.map { TestMap(Self.shape, .padded, $0) }
      let outputs = [MapLayout.padded, .view].map { layout in
        (0..<3).map { _ in TestMap(Self.shape, layout) }
      }
      withExtendedLifetime(inputs) {
        for maps in outputs {
          add(inputs.map(\.map), to: maps[0].map, code: set.code, pool: pool)
          Kernels.pool(.maximum, inputs[0].map, pooling, to: maps[1].map, code: set.code, pool: pool)
          Kernels.pool(.average, inputs[0].map, pooling, to: maps[2].map, code: set.code, pool: pool)
        }
      }
      for (streamed, stored) in zip(outputs[0], outputs[1]) {
        #expect(streamed.surroundingsAreIntact)
        #expect(streamed.values == stored.values, "\(set)")
      }
    }
  }
}
