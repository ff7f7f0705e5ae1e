import Elements
import KernelInterface
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
  static let channels = [
    ConvolutionChannels(input: 1, output: 1, groups: 1), ConvolutionChannels(input: 3, output: 5, groups: 1),
    ConvolutionChannels(input: 9, output: 17, groups: 1), ConvolutionChannels(input: 4, output: 6, groups: 2),
    ConvolutionChannels(input: 3, output: 3, groups: 3), ConvolutionChannels(input: 2, output: 6, groups: 2),
    ConvolutionChannels(input: 8, output: 33, groups: 1), ConvolutionChannels(input: 18, output: 18, groups: 18),
  ]

  static let windows = [(1, 1), (3, 3), (5, 5), (1, 3), (3, 1), (2, 2)].map {
    ConvolutionWindow(height: $0.0, width: $0.1)
  }

  /// Extents around the vector widths, with windows that reach beyond the map on every side.
  static let extents = [(1, 1), (1, 9), (5, 1), (2, 7), (3, 8), (4, 19), (11, 16)]

  static let exactKernels: [ConvolutionKernel] = [.gemm, .gemm.paired, .gemm.bf16, .depthwise]

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
          let geometry = ConvolutionGeometry(
            input: MapShape(channels: channels.input, height: height, width: width),
            outputChannels: channels.output, kernelHeight: window.height, kernelWidth: window.width,
            stride: stride, verticalPadding: paddingY, horizontalPadding: paddingX, dilation: dilation,
            groups: channels.groups)
          checkExactly(
            integerCase(geometry, hasBias: combination % 2 == 0, &numbers), combination, combination + 1)
        }
      }
    }
    #expect(combination > 0)
  }

  /// Maps large enough for several strips, channels deep enough for many blocks, and parts of output channels.
  @Test(arguments: [
    (64, 20, 3, 1, 1, 12, 33, 1), (45, 40, 3, 1, 1, 2, 5, 1), (8, 9, 1, 1, 0, 37, 61, 1), (6, 8, 3, 1, 1, 40, 41, 2),
    (5, 16, 3, 2, 1, 41, 43, 1), (400, 33, 1, 1, 0, 3, 3, 1), (360, 34, 1, 1, 0, 9, 15, 1), (3, 4, 3, 1, 1, 3, 700, 1),
    (3, 4, 3, 1, 1, 700, 2, 1), (24, 24, 3, 1, 1, 20, 21, 24), (12, 24, 5, 2, 2, 33, 35, 12), (1, 40, 1, 1, 0, 1, 1, 1),
    (16, 48, 1, 1, 0, 1, 29, 1), (33, 112, 1, 2, 0, 5, 5, 1), (70, 70, 3, 1, 1, 9, 31, 70), (34, 66, 3, 1, 1, 8, 9, 2),
    (700, 20, 3, 2, 1, 9, 9, 1),
  ])
  func agreesWithTheDefinitionAcrossTiles(
    _ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ height: Int, _ width: Int,
    _ groups: Int
  ) {
    var numbers = TestNumbers(seed: inputs + height)
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: inputs, height: height, width: width), outputChannels: outputs,
      kernelHeight: kernel, kernelWidth: kernel, stride: stride, verticalPadding: padding,
      horizontalPadding: padding, groups: groups)
    let example = integerCase(geometry, hasBias: true, &numbers)
    for thread in 0..<3 { checkExactly(example, thread, thread) }
  }

  /// Joined inputs, addends on both sides of the activation, and output channels that end within a vector.
  @Test(
    arguments: [[8], [3, 5], [24, 24], [16, 1], [1, 16, 3], [4], [3], [17, 2, 33, 8]],
    [(1, 1, 0), (3, 1, 1), (3, 2, 1), (2, 2, 0), (5, 1, 2)])
  func joinsInputsAndAddsMaps(_ joined: [Int], _ window: (kernel: Int, stride: Int, padding: Int)) {
    var numbers = TestNumbers(seed: joined.count)
    var combination = 0
    for outputs in [1, 7, 16, 30, 47] {
      for (height, width) in [(8, 8), (16, 24), (12, 44)] {
        let geometry = ConvolutionGeometry(
          input: MapShape(channels: joined.reduce(0, +), height: height, width: width), outputChannels: outputs,
          kernelHeight: window.kernel, kernelWidth: window.kernel, stride: window.stride,
          verticalPadding: window.padding, horizontalPadding: window.padding)
        for shift in [0, 1, 2, nil] {
          combination += 1
          var example = integerCase(geometry, hasBias: combination % 2 == 0, &numbers)
          example.joined = joined
          // All of these keep integers exact.
          example.activation = [.identity, .relu, .relu6, .leakyReLU(slope: 0.5)][combination % 4]
          addMaps(&example, shift: shift, isAfter: combination % 3 != 0, &numbers)
          checkExactly(example, combination, combination / 3)
        }
      }
    }
  }

  /// Depthwise convolutions with addends.
  @Test(arguments: [1, 7, 14, 16, 35, 45], [(8, 8), (16, 12)])
  func addsMapsToDepthwiseSums(_ channels: Int, _ extent: (height: Int, width: Int)) {
    var numbers = TestNumbers(seed: channels)
    for (combination, shift) in [0, 1, 2, nil].enumerated() {
      let geometry = ConvolutionGeometry(
        input: MapShape(channels: channels, height: extent.height, width: extent.width), outputChannels: channels,
        kernelHeight: 3, kernelWidth: 3, verticalPadding: 1, horizontalPadding: 1, groups: channels)
      var example = integerCase(geometry, hasBias: combination % 2 == 0, &numbers)
      example.activation = .relu
      addMaps(&example, shift: shift, isAfter: combination != 1, &numbers)
      checkExactly(example, combination, combination + 1)
    }
  }

  /// The image and other maps of few channels: pixels so close together that the taps of a row are one stretch.
  @Test(arguments: [1, 2, 3, 5, 8, 15, 16], [2, 3, 5, 6])
  func fusesTapsOfClosePixels(_ channels: Int, _ kernel: Int) {
    var numbers = TestNumbers(seed: channels * kernel)
    for (combination, stride) in [1, 2, 2, 3].enumerated() {
      let geometry = ConvolutionGeometry(
        input: MapShape(channels: channels, height: 13, width: 22), outputChannels: 31, kernelHeight: kernel,
        kernelWidth: kernel, stride: stride, verticalPadding: combination, horizontalPadding: combination)
      let example = integerCase(geometry, hasBias: true, &numbers)
      #expect(GEMMLayout(geometry, .gemm, inputs: [channels], isDense: true).fusesTaps)
      for layout in 0..<3 { checkExactly(example, layout, combination) }
    }
  }

  /// What may lie between pixels decides whether taps are joined: it would be multiplied with zeros, and NaN would stay.
  @Test func fusesTapsOnlyWhereNothingLiesBetweenPixels() {
    func joins(_ channels: Int, _ stride: Int, groups: Int = 1, dilation: Int = 1, window: Int = 3) -> Bool {
      let geometry = ConvolutionGeometry(
        input: MapShape(channels: channels, height: 8, width: 8), outputChannels: 8, kernelHeight: window,
        kernelWidth: window, dilation: dilation, groups: groups)
      return GEMMLayout(geometry, .gemm, inputs: [channels], isDense: stride == channels).fusesTaps
    }
    #expect(joins(3, 3) && joins(4, 4) && joins(15, 15) && joins(16, 16))
    #expect(!joins(3, 4) && !joins(4, 8) && !joins(5, 16) && !joins(17, 17))
    #expect(!joins(4, 4, groups: 2) && !joins(4, 4, dilation: 2) && !joins(4, 4, window: 1))
  }

  private func integerCase(
    _ geometry: ConvolutionGeometry, hasBias: Bool, _ numbers: inout TestNumbers
  ) -> ConvolutionCase {
    ConvolutionCase(
      geometry: geometry, joined: [geometry.inputChannels], input: numbers.integers(geometry.inputShape.count),
      weight: numbers.integers(geometry.weightCount),
      bias: hasBias ? numbers.integers(geometry.outputChannels) : nil)
  }

  /// Adds a map before the activation, unless the shift is missing or does not divide the output, and one after it.
  private func addMaps(
    _ example: inout ConvolutionCase, shift: Int?, isAfter: Bool, _ numbers: inout TestNumbers
  ) {
    let g = example.geometry
    if let shift, g.outputHeight % (1 << shift) == 0, g.outputWidth % (1 << shift) == 0 {
      let count = g.outputChannels * (g.outputHeight >> shift) * (g.outputWidth >> shift)
      example.before = (numbers.integers(count), shift)
    }
    if isAfter { example.after = numbers.integers(g.outputShape.count) }
  }

  /// Checks every exact kernel with every instruction set; the numbers choose layouts and threads.
  private func checkExactly(_ example: ConvolutionCase, _ layout: Int, _ threads: Int) {
    var expected = example.reference().sums.map { referenceActivation(example.activation, $0) }
    if let after = example.after { for i in expected.indices { expected[i] += Double(after[i]) } }
    for kernel in Self.exactKernels where kernel.supports(example.geometry) {
      for (number, set) in sets(for: kernel).enumerated() {
        let pool = threadPools[(threads + number) % 3]
        let result = example.run(
          kernel, set, pool, inputs: MapLayout.allCases[(layout + number) % 3],
          output: MapLayout.allCases[(layout + number + 1) % 3])
        let place = "\(kernel) with \(set), \(pool.threads) threads, \(example.joined), \(example.geometry)"
        #expect(result.isIntact, "\(place)")
        #expect(result.values.map(Double.init) == expected, "\(place)")
      }
    }
  }

  /// Rounding errors of k products and sums behave like a random walk: √k units of the magnitudes' sum, and a factor
  /// of two for the spread. The activations here stretch an error by at most 1.1 and add two roundings of their own.
  @Test(
    arguments: [ConvolutionKernel.gemm, .gemm.paired, .depthwise], [ActivationFunction.identity, .relu, .silu])
  func keepsSinglePrecision(_ kernel: ConvolutionKernel, _ activation: ActivationFunction) {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 40, height: 13, width: 21), outputChannels: 40, kernelHeight: 3, kernelWidth: 3,
      verticalPadding: 1, horizontalPadding: 1, groups: kernel == .depthwise ? 40 : 1)
    var numbers = TestNumbers(seed: 7)
    let example = ConvolutionCase(
      geometry: geometry, joined: [40], input: numbers.reals(geometry.inputShape.count),
      weight: numbers.reals(geometry.weightCount), bias: numbers.reals(geometry.outputChannels),
      activation: activation)
    let reference = example.reference()
    let walk = 2 * unitRoundoff * Double(geometry.depth + 2).squareRoot()
    for set in InstructionSet.available {
      let result = example.run(kernel, set, threadPools[1], inputs: .view, output: .view)
      #expect(result.isIntact)
      for (i, value) in result.values.enumerated() {
        let exact = referenceActivation(activation, reference.sums[i])
        let bound = 1.1 * walk * reference.magnitudes[i] + 4 * unitRoundoff * abs(exact)
        #expect(abs(Double(value) - exact) <= bound, "element \(i): \(value) instead of \(exact), \(set)")
      }
    }
  }

  /// Every kernel finishes its sums with the functions that maps are activated with, before and behind what is added.
  @Test(arguments: ConvolutionKernel.all, ActivationTests.all)
  func activatesSums(_ kernel: ConvolutionKernel, _ activation: ActivationFunction) {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 21, height: 8, width: 12), outputChannels: 21, kernelHeight: 3, kernelWidth: 3,
      stride: kernel.tile?.stride ?? 1, verticalPadding: 1, horizontalPadding: 1,
      groups: kernel == .depthwise ? 21 : 1)
    var numbers = TestNumbers(seed: 11)
    var sums = ConvolutionCase(
      geometry: geometry, joined: [21], input: numbers.reals(geometry.inputShape.count),
      weight: numbers.reals(geometry.weightCount), bias: numbers.reals(geometry.outputChannels))
    for isAdded in [false, true] {
      if isAdded { sums.before = (numbers.reals(21 * (geometry.outputHeight / 2) * (geometry.outputWidth / 2)), 1) }
      var example = sums
      example.activation = activation
      if isAdded { example.after = numbers.reals(geometry.outputShape.count) }
      for set in sets(for: kernel) {
        let activated = activated(activation, sums.run(kernel, set, threadPools[0]).values, set)
        let expected = example.after.map { zip(activated, $0).map { $0 + $1 } } ?? activated
        let result = example.run(kernel, set, threadPools[1], inputs: .view, output: .view)
        #expect(result.isIntact)
        if kernel.elementType == .bf16 && activation == .silu {
          // A sixteenth of what rounding to bf16 may do.
          let isClose = zip(result.values, zip(activated, expected)).allSatisfy {
            (value: Float, right: (Float, Float)) in
            abs(value - right.1) <= 0x1p-12 * abs(right.0) + 0x1p-24 * abs(right.1)
          }
          #expect(isClose, "\(set), \(isAdded)")
        } else {
          #expect(result.values == expected, "\(set), \(isAdded)")
        }
      }
    }
  }

  @Test func choosesTheKernelThatSuits() {
    func best(
      _ channels: Int, _ outputs: Int, _ window: Int, side: Int = 40, stride: Int = 1, padding: Int? = nil,
      dilation: Int = 1, groups: Int = 1, pairs: Bool = false, precision: ElementType = .fp32
    ) -> ConvolutionKernel {
      .best(
        for: ConvolutionGeometry(
          input: MapShape(channels: channels, height: side, width: side), outputChannels: outputs,
          kernelHeight: window, kernelWidth: window, stride: stride, verticalPadding: padding ?? window / 2,
          horizontalPadding: padding ?? window / 2, dilation: dilation, groups: groups), hasSeparateAddPipe: pairs,
        operands: precision)
    }
    #expect(best(64, 64, 1) == .gemm)
    #expect(best(64, 64, 3, side: 160, stride: 2) == .stridedWinograd4)
    #expect(best(64, 64, 3, stride: 3) == .gemm)
    #expect(best(64, 64, 3, dilation: 2) == .gemm)
    #expect(best(64, 64, 5) == .gemm)
    #expect(best(3, 32, 3, side: 320) == .gemm)  // few channels: transforms take longer than they save
    #expect(best(256, 256, 3, side: 4) != .winograd6)  // one tile of six would be mostly empty
    #expect(best(256, 256, 3) != .winograd6)  // its weights would take seven times the memory
    #expect(best(512, 512, 3, side: 1) == .gemm)
    #expect([.winograd4, .winograd6].contains(best(64, 64, 3)))
    #expect([.winograd4, .winograd6].contains(best(64, 64, 3, padding: 0)))
    #expect([.winograd4, .winograd6].contains(best(128, 128, 3, groups: 2)))
    #expect(best(64, 64, 3, groups: 64) == .depthwise)
    #expect(best(64, 64, 3, stride: 2, groups: 64) == .depthwise)
    #expect(best(64, 128, 3, groups: 64) != .depthwise)
    #expect(best(1, 1, 3) == .depthwise)
    // By pairs only where the processor likes it, depths are whole blocks and there are outputs enough.
    #expect(best(256, 256, 1, pairs: true) == .gemm.paired)
    #expect(best(256, 256, 3, side: 80, stride: 2, pairs: true) == .stridedWinograd2.paired)
    #expect(best(256, 256, 3, pairs: true) == .winograd4.paired)
    #expect(best(256, 16, 1, pairs: true) == .gemm)
    #expect(best(512, 512, 3, stride: 2, pairs: true) == .gemm.paired)  // so many weights for 20×20 outputs
    #expect(best(3, 64, 3, stride: 2, pairs: true) == .gemm)
    #expect(best(64, 64, 3, groups: 64, pairs: true) == .depthwise)
    // In bf16 wherever it saves something, but never by tiles that round too much.
    #expect(best(256, 256, 1, pairs: true, precision: .bf16) == .gemm.bf16)
    #expect(best(256, 256, 3, pairs: true, precision: .bf16) == .winograd4.bf16)
    #expect(best(256, 256, 3, side: 80, stride: 2, pairs: true, precision: .bf16) == .stridedWinograd2.bf16)
    #expect(best(3, 64, 3, stride: 2, pairs: true, precision: .bf16) == .gemm)
    #expect(best(64, 64, 3, groups: 64, pairs: true, precision: .bf16) == .depthwise)
    #expect(best(256, 256, 3, pairs: true, precision: .fp32) == .winograd4.paired)
  }

  @Test func namesSayHowProductsAreMade() {
    #expect(
      ConvolutionKernel.all.map(\.description) == [
        "gemm", "paired-gemm", "bf16-gemm", "winograd4", "paired-winograd4", "bf16-winograd4", "winograd6",
        "paired-winograd6", "strided-winograd2", "paired-strided-winograd2", "bf16-strided-winograd2",
        "strided-winograd4", "paired-strided-winograd4", "bf16-strided-winograd4", "depthwise",
      ])
  }

  @Test func supportsWhatItComputes() {
    /// In single precision; in bf16 the same algorithms do, but for tiles of six.
    func supporting(_ window: (Int, Int), stride: Int = 1, dilation: Int = 1, padding: (Int, Int) = (1, 1))
      -> [ConvolutionKernel]
    {
      let geometry = ConvolutionGeometry(
        input: MapShape(channels: 8, height: 9, width: 9), outputChannels: 8, kernelHeight: window.0,
        kernelWidth: window.1, stride: stride, verticalPadding: padding.0, horizontalPadding: padding.1,
        dilation: dilation)
      return ConvolutionKernel.all.filter { $0.supports(geometry) && $0.elementType == .fp32 }
    }
    let all: [ConvolutionKernel] = [
      .gemm, .gemm.paired, .winograd4, .winograd4.paired, .winograd6, .winograd6.paired,
    ]
    let strided: [ConvolutionKernel] = [
      .gemm, .gemm.paired, .stridedWinograd2, .stridedWinograd2.paired, .stridedWinograd4,
      .stridedWinograd4.paired,
    ]
    let products: [ConvolutionKernel] = [.gemm, .gemm.paired]
    #expect(supporting((3, 3)) == all)
    #expect(supporting((3, 3), padding: (0, 0)) == all)
    #expect(supporting((3, 3), padding: (1, 0)) == products)
    #expect(supporting((3, 3), stride: 2) == strided)
    #expect(supporting((3, 3), stride: 2, padding: (0, 1)) == products)
    #expect(supporting((3, 3), stride: 3) == products)
    #expect(supporting((3, 3), dilation: 2) == products)
    #expect(supporting((3, 1)) == products)
    #expect(supporting((1, 3)) == products)
  }

  @Test func derivesTheOutputExtents() {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 4, height: 11, width: 8), outputChannels: 6, kernelHeight: 3, kernelWidth: 2,
      stride: 2, verticalPadding: 1, horizontalPadding: 0, dilation: 2, groups: 2)
    #expect(geometry.outputShape == MapShape(channels: 6, height: 5, width: 3))
    #expect(geometry.weightCount == 6 * 2 * 3 * 2)
  }
}
