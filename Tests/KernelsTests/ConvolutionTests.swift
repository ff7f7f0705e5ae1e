import Testing

@testable import Kernels

struct ConvolutionChannels: CustomTestStringConvertible, Sendable {
  let input: Int, output: Int, groups: Int
  var testDescription: String { "\(input)→\(output) in \(groups)" }
}

struct ConvolutionWindow: CustomTestStringConvertible, Sendable {
  let height: Int, width: Int
  var testDescription: String { "\(height)×\(width)" }
}

@Suite struct ConvolutionTests {
  static let pools = [1, 2, 3].map { ThreadPool(threads: $0) }

  static let channels = [
    ConvolutionChannels(input: 1, output: 1, groups: 1), ConvolutionChannels(input: 3, output: 5, groups: 1),
    ConvolutionChannels(input: 9, output: 17, groups: 1), ConvolutionChannels(input: 4, output: 6, groups: 2),
    ConvolutionChannels(input: 3, output: 3, groups: 3), ConvolutionChannels(input: 2, output: 6, groups: 2),
  ]

  static let windows = [(1, 1), (3, 3), (5, 5), (1, 3), (3, 1), (2, 2)].map {
    ConvolutionWindow(height: $0.0, width: $0.1)
  }

  /// Extents around the vector widths, with windows that reach beyond the map on every side.
  static let extents = [(1, 1), (1, 9), (5, 1), (2, 7), (3, 8), (4, 19), (11, 16)]

  /// Integer operands make every order of summation exact, so any wrong element shows as an unequal number.
  @Test(arguments: channels, windows)
  func agreesWithTheDefinition(_ channels: ConvolutionChannels, _ window: ConvolutionWindow) {
    var numbers = TestNumbers(seed: channels.input * 100 + window.height * 10 + window.width)
    var combination = 0
    for (height, width) in Self.extents {
      for (stride, dilation) in [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2)] {
        for (paddingY, paddingX) in [(0, 0), (1, 1), (2, 2), (window.height / 2, window.width / 2), (0, 3)] {
          let fits =
            height + 2 * paddingY > dilation * (window.height - 1)
            && width + 2 * paddingX > dilation * (window.width - 1)
          guard fits else { continue }
          combination += 1
          check(
            ConvolutionGeometry(
              input: MapShape(channels: channels.input, height: height, width: width),
              outputChannels: channels.output, kernelHeight: window.height, kernelWidth: window.width,
              stride: stride, verticalPadding: paddingY, horizontalPadding: paddingX, dilation: dilation,
              groups: channels.groups),
            pools: [Self.pools[combination % 3]], hasBias: combination % 2 == 0, &numbers)
        }
      }
    }
    #expect(combination > 0)
  }

  /// Maps large enough for several strips, channels deep enough for several chunks, and blocks of output channels.
  @Test(arguments: [
    (64, 20, 3, 1, 1, 12, 33, 1), (45, 40, 3, 1, 1, 2, 5, 1), (8, 9, 1, 1, 0, 37, 61, 1), (6, 8, 3, 1, 1, 40, 41, 2),
    (5, 16, 3, 2, 1, 41, 43, 1), (400, 33, 1, 1, 0, 3, 3, 1), (360, 34, 1, 1, 0, 9, 15, 1), (3, 4, 3, 1, 1, 3, 700, 1),
    (3, 4, 3, 1, 1, 700, 2, 1), (24, 24, 3, 1, 1, 20, 21, 24), (12, 24, 5, 2, 2, 33, 35, 12), (1, 40, 1, 1, 0, 1, 1, 1),
  ])
  func agreesWithTheDefinitionAcrossTiles(
    _ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ height: Int, _ width: Int,
    _ groups: Int
  ) {
    var numbers = TestNumbers(seed: inputs + height)
    check(
      ConvolutionGeometry(
        input: MapShape(channels: inputs, height: height, width: width), outputChannels: outputs,
        kernelHeight: kernel, kernelWidth: kernel, stride: stride, verticalPadding: padding,
        horizontalPadding: padding, groups: groups),
      pools: Self.pools, hasBias: true, &numbers)
  }

  private func check(
    _ geometry: ConvolutionGeometry, pools: [ThreadPool], hasBias: Bool, _ numbers: inout TestNumbers
  ) {
    let input = numbers.integers(geometry.inputShape.count)
    let weight = numbers.integers(geometry.weightCount)
    let bias = hasBias ? numbers.integers(geometry.outputChannels) : nil
    let expected = ReferenceConvolution(geometry, input: input, weight: weight, bias: bias).sums
    for kernel in ConvolutionKernel.allCases where kernel.supports(geometry) {
      for pool in pools {
        let result = runConvolution(kernel, geometry, input: input, weight: weight, bias: bias, pool: pool)
        #expect(result.marginsAreIntact, "\(kernel), \(pool.threads) threads, \(geometry)")
        #expect(result.values.map(Double.init) == expected, "\(kernel), \(pool.threads) threads, \(geometry)")
      }
    }
  }

  /// Rounding errors of k products and sums behave like a random walk: √k units of the magnitudes' sum, and a factor
  /// of two for the spread. The activations here stretch an error by at most 1.1 and add two roundings of their own.
  @Test(arguments: ConvolutionKernel.allCases, [ActivationFunction.identity, .relu, .silu])
  func keepsSinglePrecision(_ kernel: ConvolutionKernel, _ activation: ActivationFunction) {
    let groups = kernel == .depthwise ? 40 : 1
    let window = kernel == .pointwiseGEMM ? 1 : 3
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 40, height: 13, width: 21), outputChannels: 40, kernelHeight: window,
      kernelWidth: window, verticalPadding: window / 2, horizontalPadding: window / 2, groups: groups)
    var numbers = TestNumbers(seed: 7)
    let input = numbers.reals(geometry.inputShape.count)
    let weight = numbers.reals(geometry.weightCount)
    let bias = numbers.reals(geometry.outputChannels)
    let reference = ReferenceConvolution(geometry, input: input, weight: weight, bias: bias)
    let result = runConvolution(
      kernel, geometry, input: input, weight: weight, bias: bias, activation: activation, pool: Self.pools[1])
    #expect(result.marginsAreIntact)
    let walk = 2 * unitRoundoff * Double(geometry.depth + 2).squareRoot()
    for (i, value) in result.values.enumerated() {
      let exact = referenceActivation(activation, reference.sums[i])
      let bound = 1.1 * walk * reference.magnitudes[i] + 4 * unitRoundoff * abs(exact)
      #expect(abs(Double(value) - exact) <= bound, "element \(i): \(value) instead of \(exact)")
    }
  }

  @Test func choosesTheKernelThatSuits() {
    func best(_ channels: Int, _ outputs: Int, _ window: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1)
      -> ConvolutionKernel
    {
      .best(
        for: ConvolutionGeometry(
          input: MapShape(channels: channels, height: 8, width: 8), outputChannels: outputs, kernelHeight: window,
          kernelWidth: window, stride: stride, verticalPadding: padding, horizontalPadding: padding, groups: groups))
    }
    #expect(best(8, 8, 1) == .pointwiseGEMM)
    #expect(best(8, 8, 1, stride: 2) == .im2colGEMM)
    #expect(best(8, 8, 1, padding: 1) == .im2colGEMM)
    #expect(best(8, 8, 3, padding: 1) == .im2colGEMM)
    #expect(best(8, 8, 3, padding: 1, groups: 2) == .im2colGEMM)
    #expect(best(8, 16, 3, padding: 1, groups: 8) == .depthwise)
  }

  @Test func derivesTheOutputExtents() {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 4, height: 11, width: 8), outputChannels: 6, kernelHeight: 3, kernelWidth: 2,
      stride: 2, verticalPadding: 1, horizontalPadding: 0, dilation: 2, groups: 2)
    #expect(geometry.outputShape == MapShape(channels: 6, height: 5, width: 3))
    #expect(geometry.weightCount == 6 * 2 * 3 * 2)
    #expect(geometry.floatingPointOperations == 2 * 6 * 5 * 3 * 12)
  }
}
