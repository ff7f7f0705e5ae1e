import Elements
import KernelInterface
import Testing

@testable import Kernels

/// What speeds are held against: the multiplications of each algorithm, and what the machine can do.
@Suite struct SpeedLimitTests {
  @Test(arguments: [
    (ConvolutionKernel.gemm, 10 * 11 * 9 * 8 * 16),
    // Tiles of 4 × 4, of which 3 × 3 cover the map, have 36 points each.
    (.winograd4, 9 * 36 * 8 * 16),
    // Tiles of 6 × 6, of which 2 × 2 cover the map, have 64.
    (.winograd6, 4 * 64 * 8 * 16),
    // With stride 2 the output is 5 × 6: 3 × 3 tiles of 2 × 2 with 25 points, or 2 × 2 of 4 × 4 with 81.
    (.stridedWinograd2, 9 * 25 * 8 * 16),
    (.stridedWinograd4, 4 * 81 * 8 * 16),
    // Three taps of eight channels lie together: a block of sixteen, with five pairs, and half a block without.
    (.gemm.paired, 10 * 11 * 3 * (11 + 8) * 16),
    // In bf16 as many, whatever the processor does at a time.
    (.gemm.bf16, 10 * 11 * 9 * 8 * 16),
    (.winograd4.bf16, 9 * 36 * 8 * 16),
  ])
  func multiplicationsOfEachAlgorithm(_ kernel: ConvolutionKernel, _ count: Int) {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 8, height: 10, width: 11), outputChannels: 16, kernelHeight: 3, kernelWidth: 3,
      stride: kernel.tile?.stride ?? 1, verticalPadding: 1, horizontalPadding: 1)
    #expect(multiplications(kernel, geometry) == count)
  }

  /// Of sixteen channels ten are multiplied by pairs, in five multiplications.
  @Test func multiplicationsOfPairs() {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 40, height: 12, width: 12), outputChannels: 16, kernelHeight: 3, kernelWidth: 3,
      verticalPadding: 1, horizontalPadding: 1)
    #expect(multiplications(.gemm.paired, geometry) == 12 * 12 * 16 * 9 * (11 + 11 + 8))
    #expect(multiplications(.winograd4.paired, geometry) == 9 * 36 * 16 * (11 + 11 + 8))
  }

  @Test func multiplicationsOfGroups() {
    func geometry(groups: Int) -> ConvolutionGeometry {
      ConvolutionGeometry(
        input: MapShape(channels: 8, height: 4, width: 4), outputChannels: 8, kernelHeight: 3, kernelWidth: 3,
        verticalPadding: 1, horizontalPadding: 1, groups: groups)
    }
    #expect(multiplications(.depthwise, geometry(groups: 8)) == 8 * 16 * 9)
    #expect(multiplications(.winograd4, geometry(groups: 2)) == 36 * 4 * 8)
  }

  private func multiplications(_ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry) -> Int {
    let layout = GEMMLayout(geometry, kernel, inputs: [geometry.inputChannels], isDense: true)
    return kernel.multiplications(geometry, layout)
  }

  /// Between a slow processor that does something else as well and the fastest there are.
  @Test(arguments: InstructionSet.available) func thePeakIsOneOfAProcessor(_ set: InstructionSet) {
    for (threads, precision) in [(1, ElementType.fp32), (2, .fp32), (1, .bf16)] {
      let peak = set.measurePeak(threads: threads, elementType: precision)
      if set.supports(precision) {
        #expect(peak > 1e7 && peak < 1e12 * Double(threads), "\(set), \(threads), \(precision)")
      } else {
        #expect(peak == 0)
      }
    }
  }
}
