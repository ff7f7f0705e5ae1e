import KernelInterface
import Testing

@testable import Kernels

/// Products of numbers in bf16: what is rounded, and that nothing else is.
@Suite(.enabled(if: hasBF16, "this processor multiplies no numbers in bf16"))
struct BF16Tests {
  static let kernels = ConvolutionKernel.all.filter { $0.elementType == .bf16 }

  private func example(_ kernel: ConvolutionKernel, channels: Int = 37, outputs: Int = 21) -> ConvolutionCase {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: channels, height: 9, width: 14), outputChannels: outputs, kernelHeight: 3,
      kernelWidth: 3, stride: kernel.tile?.stride ?? 1, verticalPadding: 1, horizontalPadding: 1)
    var numbers = TestNumbers(seed: channels)
    return ConvolutionCase(
      geometry: geometry, joined: [channels], input: numbers.reals(geometry.inputShape.count),
      weight: numbers.reals(geometry.weightCount), bias: numbers.reals(outputs))
  }

  @Test func roundsFactorsToTheNearest() {
    let given = example(.gemm.bf16)
    var rounded = given
    rounded.input = given.input.map(roundedToBF16)
    rounded.weight = given.weight.map(roundedToBF16)
    #expect(rounded.input != given.input && rounded.weight != given.weight)
    for set in sets(for: .gemm.bf16) {
      let result = given.run(.gemm.bf16, set, threadPools[1])
      #expect(result.isIntact)
      #expect(result.values == rounded.run(.gemm.bf16, set, threadPools[1]).values, "\(set)")
    }
  }

  /// With factors that bf16 holds, products are exact and sums round as in single precision.
  @Test(arguments: [16, 17, 37, 64, 80]) func keepsSinglePrecisionInSums(_ channels: Int) {
    var example = example(.gemm.bf16, channels: channels)
    example.input = example.input.map(roundedToBF16)
    example.weight = example.weight.map(roundedToBF16)
    let reference = example.reference()
    let walk = 2 * unitRoundoff * Double(example.geometry.depth + 2).squareRoot()
    for set in sets(for: .gemm.bf16) {
      let values = example.run(.gemm.bf16, set, threadPools[1], inputs: .view, output: .view).values
      for (i, value) in values.enumerated() {
        #expect(abs(Double(value) - reference.sums[i]) <= walk * reference.magnitudes[i], "element \(i), \(set)")
      }
    }
  }

  /// Halfway cases, the largest numbers and those that round to infinity, as a pixel and as a weight.
  @Test(
    arguments: [
      (1.003_906_25, 1), (1.011_718_75, 1.015_625), (-1.003_906_25, -1), (1.003_906_4, 1.007_812_5),
      (3.389_531_4e38, 3.389_531_4e38), (3.4e38, .infinity), (-3.4e38, -.infinity), (.infinity, .infinity), (0, 0),
    ] as [(Float, Float)])
  func roundsAsIEEEDoes(_ value: Float, _ expected: Float) {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 16, height: 1, width: 1), outputChannels: 1, kernelHeight: 1, kernelWidth: 1)
    let (numbers, unit) = (
      [value] + [Float](repeating: 0, count: 15), [1] + [Float](repeating: 0, count: 15)
    )
    for (input, weight) in [(numbers, unit), (unit, numbers)] {
      let example = ConvolutionCase(geometry: geometry, joined: [16], input: input, weight: weight, bias: nil)
      for set in sets(for: .gemm.bf16) {
        // Infinity meets only zeros besides, and those lie in lanes and rows of their own.
        #expect(example.run(.gemm.bf16, set, threadPools[0]).values == [expected], "\(set)")
      }
    }
  }

  /// A number that is none stays in its place, whatever its bits, in inputs and in weights: by tiles in those that it meets.
  @Test(arguments: kernels) func keepsNaN(_ kernel: ConvolutionKernel) {
    let healthy = example(kernel)
    let geometry = healthy.geometry
    let stride = geometry.stride
    let reach = (kernel.tile?.outputs ?? 1) - 1
    for bits: UInt32 in [0x7FC0_0000, 0x7F80_0001, 0xFFFF_FFFF] {
      var example = healthy
      example.input[3 * 9 * 14 + 6 * 14 + 8] = Float(bitPattern: bits)
      example.weight[5 * 37 * 9] = Float(bitPattern: bits)
      for set in sets(for: kernel) {
        let expected = healthy.run(kernel, set, threadPools[0]).values
        let values = example.run(kernel, set, threadPools[0]).values
        for i in values.indices {
          let pixel = i % geometry.outputShape.planeCount
          let (y, x) = (pixel / geometry.outputWidth, pixel % geometry.outputWidth)
          let (distanceY, distanceX) = (abs(y * stride - 6), abs(x * stride - 8))
          // Zeros times NaN, where a tap meets the padding, are NaN, too.
          if i / geometry.outputShape.planeCount == 5 || distanceY <= 1 && distanceX <= 1 {
            #expect(values[i].isNaN, "\(set) at \(y), \(x)")
          } else if max(distanceY, distanceX) > 1 + reach * stride {
            #expect(values[i] == expected[i], "\(set) at \(y), \(x)")
          }
        }
      }
    }
  }
}
