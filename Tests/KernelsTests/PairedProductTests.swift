import KernelInterface
import Testing

@testable import Kernels

/// Products by pairs with numbers of any size: weights and rows are scaled to each other, so only proportions count.
@Suite struct PairedProductTests {
  static let kernels = ConvolutionKernel.all.filter(\.isPaired)

  /// 40 channels: two blocks with pairs and one without.
  private func geometry(_ kernel: ConvolutionKernel) -> ConvolutionGeometry {
    ConvolutionGeometry(
      input: MapShape(channels: 40, height: 9, width: 14), outputChannels: 20, kernelHeight: 3, kernelWidth: 3,
      stride: kernel.tile?.stride ?? 1, verticalPadding: 1, horizontalPadding: 1)
  }

  private func example(_ kernel: ConvolutionKernel, input: Float = 1, weight: Float = 1) -> ConvolutionCase {
    var numbers = TestNumbers(seed: 3)
    let g = geometry(kernel)
    return ConvolutionCase(
      geometry: g, joined: [40], input: numbers.reals(g.inputShape.count, range: input),
      weight: numbers.reals(g.weightCount, range: weight), bias: nil)
  }

  /// Inputs and weights by powers of two, sizes for which squares overflow or vanish among them, change nothing but the
  /// power of the result.
  @Test(arguments: kernels, [(1, -30), (-70, 1), (60, 0), (-60, -20), (0, 40), (90, -80), (-90, 60)])
  func powersOfTwoPassThrough(_ kernel: ConvolutionKernel, _ exponents: (input: Int, weight: Int)) {
    func power(_ exponent: Int) -> Float { Float(sign: .plus, exponent: exponent, significand: 1) }
    let scaled = example(kernel, input: power(exponents.input), weight: power(exponents.weight))
    for set in InstructionSet.available {
      let expected = example(kernel).run(kernel, set, threadPools[0]).values
      let result = scaled.run(kernel, set, threadPools[1])
      #expect(result.isIntact)
      let factor = power(exponents.input + exponents.weight)
      #expect(result.values == expected.map { $0 * factor }, "\(set)")
    }
  }

  /// Pixels that differ a million times in size, and outputs whose weights do: each pixel keeps its own precision.
  @Test func everyPixelAndOutputHasAScaleOfItsOwn() {
    let g = ConvolutionGeometry(
      input: MapShape(channels: 64, height: 5, width: 13), outputChannels: 33, kernelHeight: 1, kernelWidth: 1)
    var numbers = TestNumbers(seed: 4)
    var input = numbers.reals(g.inputShape.count)
    var weight = numbers.reals(g.weightCount)
    for i in input.indices { input[i] *= [1, 1e-6, 3e5, 1e-20][i % g.inputShape.planeCount % 4] }
    for i in weight.indices { weight[i] *= [1, 1e6, 2e-7][i / 64 % 3] }
    let example = ConvolutionCase(geometry: g, joined: [64], input: input, weight: weight, bias: nil)
    let reference = example.reference()
    for set in InstructionSet.available {
      let result = example.run(.gemm.paired, set, threadPools[1])
      for (i, value) in result.values.enumerated() {
        let bound = 2 * unitRoundoff * Double(g.depth + 2).squareRoot() * reference.magnitudes[i]
        #expect(abs(Double(value) - reference.sums[i]) <= bound, "element \(i), \(set)")
      }
    }
  }

  /// Where everything that a pixel depends on is zero, or all weights of an output are, the result is the bias exactly.
  @Test(arguments: kernels)
  func zerosGiveTheBias(_ kernel: ConvolutionKernel) {
    var example = example(kernel)
    let g = example.geometry
    example.bias = (0..<20).map { Float($0) / 8 - 1 }
    // Rows 0…4 of the input are zeros, and so are the weights of output 7.
    for i in example.input.indices where i / 14 % 9 <= 4 { example.input[i] = 0 }
    for i in 7 * 360..<8 * 360 { example.weight[i] = 0 }
    for set in InstructionSet.available {
      let values = example.run(kernel, set, threadPools[2]).values
      for channel in 0..<20 {
        for pixel in 0..<g.outputShape.planeCount
        where channel == 7 || pixel < (kernel == .gemm.paired ? 4 : 0) * 14 {
          #expect(values[channel * g.outputShape.planeCount + pixel] == example.bias?[channel], "\(set)")
        }
      }
    }
  }

  /// A number that is none spoils the pixels that depend on it, and no others.
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func noNumberStaysInItsPlace(_ value: Float) {
    let healthy = example(.gemm.paired)
    var example = healthy
    // Channel 3 of the pixel at (6, 8).
    example.input[3 * 9 * 14 + 6 * 14 + 8] = value
    for set in InstructionSet.available {
      let expected = healthy.run(.gemm.paired, set, threadPools[1]).values
      let values = example.run(.gemm.paired, set, threadPools[1]).values
      for i in values.indices {
        let (y, x) = (i / 14 % 9, i % 14)
        if abs(y - 6) <= 1 && abs(x - 8) <= 1 {
          #expect(values[i].isNaN, "\(set) at \(y), \(x)")
        } else {
          #expect(values[i] == expected[i], "\(set) at \(y), \(x)")
        }
      }
    }
  }
}
