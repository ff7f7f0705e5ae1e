import Elements
import KernelInterface
import Testing

@testable import Kernels

@Suite struct WinogradTests {
  static let kernels = ConvolutionKernel.all.filter { $0.tile != nil }

  struct Shape: CustomTestStringConvertible, Sendable {
    var joined: [Int], outputs: Int, height: Int, width: Int, padding = 1, groups = 1
    func geometry(_ kernel: ConvolutionKernel) -> ConvolutionGeometry {
      ConvolutionGeometry(
        input: MapShape(channels: joined.reduce(0, +), height: height, width: width), outputChannels: outputs,
        kernelHeight: 3, kernelWidth: 3, stride: kernel.tile?.stride ?? 1, verticalPadding: padding,
        horizontalPadding: padding, groups: groups)
    }
    var testDescription: String { "\(joined)→\(outputs) of \(height)×\(width)+\(padding) in \(groups)" }
  }

  static let shapes = [
    Shape(joined: [1], outputs: 1, height: 1, width: 1),
    Shape(joined: [3], outputs: 5, height: 4, width: 6),
    Shape(joined: [16], outputs: 16, height: 12, width: 12),
    Shape(joined: [17], outputs: 33, height: 13, width: 21),
    Shape(joined: [40], outputs: 40, height: 3, width: 50, padding: 0),
    Shape(joined: [9], outputs: 50, height: 11, width: 7, padding: 2),
    Shape(joined: [24, 24], outputs: 30, height: 10, width: 10),
    Shape(joined: [3, 5, 33], outputs: 18, height: 9, width: 14),
    Shape(joined: [36], outputs: 40, height: 15, width: 16, groups: 2),
    Shape(joined: [64], outputs: 80, height: 5, width: 5, groups: 4),
    Shape(joined: [16], outputs: 8, height: 90, width: 130),
    Shape(joined: [128], outputs: 48, height: 31, width: 33),
    Shape(joined: [260], outputs: 272, height: 9, width: 10),
  ]

  /// Winograd's sums go another way than the definition's, so integers do not come out exactly, and an output's error is
  /// not in proportion to its own products: those of the whole tile take part in it. With random operands it is the
  /// error of a random walk all the same: √k roundings for k channels, of products whose size the transforms raise, and
  /// twelve for the transforms themselves, where products and sums are rounded once, or twice as many; all in proportion
  /// to √Σw² and to the inputs' typical size, with a factor of two for the spread. The largest errors seen here are 0.94
  /// of that with tiles of six and 0.86 with tiles of four. Products by pairs round the two factors of a pair besides, and
  /// their sums are larger: half as much again, of which 0.9 are seen.
  ///
  /// - Returns: The bound for each output channel.
  private func bounds(
    _ example: ConvolutionCase, _ kernel: ConvolutionKernel, _ set: InstructionSet, _ precision: ElementType
  ) -> [Double] {
    let geometry = example.geometry
    func size(_ numbers: some Collection<Float>) -> Double {
      numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    let typicalInput = size(example.input) / Double(example.input.count).squareRoot()
    let roundings = geometry.inputChannels / geometry.groups + (set == .baseline ? 24 : 12)
    // In bf16 rounding both factors of a product is far more than what follows: 0.83 · 2⁻⁹ of each, root mean square, so
    // 1.2 of the product. Errors are independent and grow as a sum's size does; the largest of thousands is five and a half
    // times the mean, 0.96 of this bound.
    let rounding =
      precision == .bf16
      ? 6.5 * 0x1p-9 : (kernel.isPaired ? 3 : 2) * unitRoundoff * Double(roundings).squareRoot()
    let factor = rounding * Self.amplification(kernel) * typicalInput
    return (0..<geometry.outputChannels).map { channel in
      factor * size(example.weight[channel * geometry.depth..<(channel + 1) * geometry.depth])
    }
  }

  /// How much larger the products of a tile are than those of the definition, as they count for the worst of its outputs:
  /// Σ A²·|B|²·|G|² / 3 over the points of one dimension, |B| and |G| being the lengths of the rows that belong to a
  /// point; its root comes in once for each dimension.
  private static func amplification(_ kernel: ConvolutionKernel) -> Double {
    switch kernel.tile {
    case .stridedTwo: 1.6667
    case .stridedFour: 3.4931
    case .six: 46.26
    default: 7.125
    }
  }

  @Test(arguments: kernels, shapes)
  func keepsSinglePrecision(_ kernel: ConvolutionKernel, _ shape: Shape) {
    let geometry = shape.geometry(kernel)
    var numbers = TestNumbers(seed: shape.outputs)
    let example = ConvolutionCase(
      geometry: geometry, joined: shape.joined, input: numbers.reals(geometry.inputShape.count),
      weight: numbers.reals(geometry.weightCount), bias: numbers.reals(geometry.outputChannels))
    let expected = example.reference().sums
    for (set, layout, pool) in surroundings where set.supports(kernel.elementType) {
      let result = example.run(kernel, set, pool, inputs: layout, output: layout)
      #expect(result.isIntact)
      let bounds = bounds(example, kernel, set, kernel.elementType)
      var worst = 0.0
      for (i, value) in result.values.enumerated() {
        let difference = abs(Double(value) - expected[i])
        worst = max(worst, difference.isNaN ? .infinity : difference / bounds[i / geometry.outputShape.planeCount])
      }
      #expect(worst <= 1, "\(set), \(layout), \(pool.threads) threads: \(worst) of the bound")
    }
  }

  /// Of a map in bf16 the same numbers come, in another order.
  @Test(
    .enabled(if: hasBF16, "this processor multiplies no numbers in bf16"),
    arguments: kernels.filter { $0.elementType == .bf16 },
    [
      Shape(joined: [2], outputs: 5, height: 4, width: 6), Shape(joined: [32], outputs: 16, height: 12, width: 12),
      Shape(joined: [48], outputs: 33, height: 13, width: 21),
      Shape(joined: [24, 96], outputs: 30, height: 10, width: 10),
      Shape(joined: [6, 64, 38], outputs: 18, height: 9, width: 14, padding: 0),
      Shape(joined: [144], outputs: 40, height: 15, width: 16, padding: 2, groups: 2),
    ])
  func readsMapsInBF16(_ kernel: ConvolutionKernel, _ shape: Shape) {
    let geometry = shape.geometry(kernel)
    var numbers = TestNumbers(seed: shape.outputs)
    let example = ConvolutionCase(
      geometry: geometry, joined: shape.joined,
      input: numbers.reals(geometry.inputShape.count).map(roundedToBF16), weight: numbers.reals(geometry.weightCount),
      bias: nil)
    for (set, layout, pool) in surroundings where set.supports(.bf16) {
      let expected = example.run(kernel, set, pool).values
      // The errors of both, without those of rounding to bf16, which are the same.
      let bounds = bounds(example, kernel, set, .fp32).map { 2 * $0 }
      let result = example.run(
        kernel, set, pool, inputs: layout, output: layout, rounded: layout == .dense ? .someInputs : .inputs)
      #expect(result.isIntact)
      for (i, (value, other)) in zip(result.values, expected).enumerated() {
        #expect(abs(value - other) <= Float(bounds[i / geometry.outputShape.planeCount]), "element \(i) with \(set)")
      }
    }
  }

  /// The activations here stretch an error by at most 1.1, and everything after the sums rounds some eight times.
  @Test(arguments: kernels, [[8], [3, 5], [24, 24], [16, 1]])
  func addsMapsAndActivates(_ kernel: ConvolutionKernel, _ joined: [Int]) {
    var numbers = TestNumbers(seed: joined[0])
    var combination = 0
    for outputs in [1, 16, 23, 29, 47] {
      for (height, width) in [(8, 12), (4, 4), (16, 20)] {
        for (shift, isAfter) in [(0, true), (1, false), (2, true), (nil, true), (nil, false)] {
          combination += 1
          let stride = kernel.tile?.stride ?? 1
          let geometry = Shape(joined: joined, outputs: outputs, height: stride * height, width: stride * width)
            .geometry(kernel)
          var example = ConvolutionCase(
            geometry: geometry, joined: joined, input: numbers.reals(geometry.inputShape.count),
            weight: numbers.reals(geometry.weightCount), bias: combination % 2 == 0 ? numbers.reals(outputs) : nil)
          example.activation = [.identity, .relu, .silu, .leakyReLU(slope: 0.5)][combination % 4]
          if let shift { example.before = (numbers.reals(outputs * (height >> shift) * (width >> shift)), shift) }
          if isAfter { example.after = numbers.reals(geometry.outputShape.count) }
          checkRounding(example, kernel, combination)
        }
      }
    }
  }

  private func checkRounding(_ example: ConvolutionCase, _ kernel: ConvolutionKernel, _ combination: Int) {
    let reference = example.reference()
    var expected = reference.sums.map { referenceActivation(example.activation, $0) }
    if let after = example.after { for i in expected.indices { expected[i] += Double(after[i]) } }
    for (number, set) in sets(for: kernel).enumerated() {
      let result = example.run(
        kernel, set, threadPools[(combination + number) % 3], inputs: MapLayout.allCases[(combination + number) % 3],
        output: MapLayout.allCases[(combination + number + 1) % 3])
      #expect(result.isIntact)
      let bounds = bounds(example, kernel, set, kernel.elementType)
      var worst = 0.0
      for (i, value) in result.values.enumerated() {
        let difference = abs(Double(value) - expected[i])
        let allowed =
          1.1 * bounds[i / example.geometry.outputShape.planeCount] + 8 * unitRoundoff * (abs(reference.sums[i]) + 1)
        worst = max(worst, difference.isNaN ? .infinity : difference / allowed)
      }
      #expect(worst <= 1, "\(set), \(example.geometry), case \(combination)")
    }
  }

  /// How the tiles are divided among threads changes nothing.
  @Test(arguments: kernels)
  func givesTheSameWithAnyThreads(_ kernel: ConvolutionKernel) {
    for (shape, set) in Self.shapes.suffix(4).flatMap({ shape in sets(for: kernel).map { (shape, $0) } }) {
      let geometry = shape.geometry(kernel)
      var numbers = TestNumbers(seed: 5)
      let example = ConvolutionCase(
        geometry: geometry, joined: shape.joined, input: numbers.reals(geometry.inputShape.count),
        weight: numbers.reals(geometry.weightCount), bias: nil)
      let results = threadPools.map { example.run(kernel, set, $0).values }
      #expect(results[0] == results[1] && results[1] == results[2], "\(shape)")
    }
  }
}
