import Elements
import KernelInterface
import Testing

@testable import Kernels

/// Maps that are kept in bf16: every kernel makes of them what it makes of the same numbers in single precision, and writes
/// the same results, rounded.
@Suite(.enabled(if: hasBF16, "this processor multiplies no numbers in bf16"))
struct BF16MapTests {
  typealias RoundedMaps = ConvolutionCase.RoundedMaps

  struct Shape: CustomTestStringConvertible, Sendable {
    var joined: [Int], outputs: Int, height: Int, width: Int, kernel = 1, stride = 1, groups = 1
    var testDescription: String { "\(joined)→\(outputs) of \(height)×\(width) by \(kernel)/\(stride) in \(groups)" }
    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        input: MapShape(channels: joined.reduce(0, +), height: height, width: width), outputChannels: outputs,
        kernelHeight: kernel, kernelWidth: kernel, stride: stride, verticalPadding: kernel / 2,
        horizontalPadding: kernel / 2, groups: groups)
    }
  }

  /// Channels that end within a vector or fill it, rows of taps that are joined, one to three vectors at a time.
  static let shapes = [
    Shape(joined: [2], outputs: 2, height: 1, width: 1),
    Shape(joined: [32], outputs: 32, height: 4, width: 8),
    Shape(joined: [16, 48, 30], outputs: 80, height: 12, width: 20),
    Shape(joined: [14, 33, 40], outputs: 20, height: 4, width: 8),
    Shape(joined: [128], outputs: 58, height: 8, width: 12),
    Shape(joined: [16], outputs: 34, height: 12, width: 16, kernel: 3),
    Shape(joined: [8], outputs: 16, height: 8, width: 20, kernel: 3, stride: 2),
    Shape(joined: [40, 6], outputs: 50, height: 8, width: 12, kernel: 3),
    Shape(joined: [64], outputs: 64, height: 16, width: 8, kernel: 3, stride: 2),
    Shape(joined: [40], outputs: 72, height: 8, width: 8, kernel: 3, groups: 2),
    Shape(joined: [24], outputs: 40, height: 8, width: 8, kernel: 5, groups: 4),
  ]

  private func example(_ shape: Shape) -> ConvolutionCase {
    let geometry = shape.geometry
    var numbers = TestNumbers(seed: shape.outputs)
    return ConvolutionCase(
      geometry: geometry, joined: shape.joined,
      input: numbers.reals(geometry.inputShape.count).map(roundedToBF16),
      weight: numbers.reals(geometry.weightCount), bias: numbers.reals(geometry.outputChannels), activation: .silu)
  }

  /// Sums are made in another order where Winograd's forms read such maps; `WinogradTests` have that.
  @Test(arguments: ConvolutionKernel.all.filter(\.writesBF16), shapes)
  func convolutionsReadAndWriteThem(_ kernel: ConvolutionKernel, _ shape: Shape) {
    var example = example(shape)
    // SiLU is not as exact in bf16.
    if kernel.elementType == .fp32 { example.activation = .relu }
    let geometry = example.geometry
    guard kernel.supports(geometry) else { return }
    var numbers = TestNumbers(seed: 3)
    let (height, width) = (geometry.outputHeight, geometry.outputWidth)
    for (shift, isAfter) in [(nil, false), (0, true), (1, false), (nil, true)] {
      example.before = shift.flatMap { shift in
        guard height % (1 << shift) == 0 && width % (1 << shift) == 0 else { return nil }
        let count = shape.outputs * (height >> shift) * (width >> shift)
        return (numbers.reals(count).map(roundedToBF16), shift)
      }
      example.after = isAfter ? numbers.reals(geometry.outputShape.count).map(roundedToBF16) : nil
      for set in sets(for: kernel) where set.supports(.bf16) {
        let expected = example.run(kernel, set, threadPools[0]).values
        for bits in 1..<16 {
          let rounded = RoundedMaps(rawValue: bits)
          if kernel.tile != nil, !rounded.isDisjoint(with: [.inputs, .someInputs]) { continue }
          if kernel.elementType == .fp32, rounded != .output { continue }
          if shape.joined.contains(where: { $0 % 2 != 0 }), rounded.contains(.inputs) { continue }
          let result = example.run(
            kernel, set, threadPools[bits % 3], inputs: MapLayout.allCases[bits % 3],
            output: MapLayout.allCases[(bits + 1) % 3], rounded: rounded)
          let place = "\(kernel) with \(set), rounded \(rounded), \(String(describing: shift)), \(isAfter)"
          #expect(result.isIntact, "\(place)")
          #expect(
            identical(result.values, rounded.contains(.output) ? expected.map(roundedToBF16) : expected), "\(place)")
        }
      }
    }
  }

  /// 64 channels of 184×184 are a little more than a million floats, which are written past the caches; a number that does
  /// not fill lines is not.
  private static let large = [64, 96].map { MapShape(channels: $0, height: 184, width: 184) }

  @Test func largeOnesOfWholeCacheLinesAreStreamed() {
    func streams(_ channels: Int, _ layout: MapLayout) -> Bool {
      TestMap(MapShape(channels: channels, height: 184, width: 184), layout, elementType: .bf16).map.isNonTemporal
    }
    #expect(streams(64, .padded) && streams(96, .padded))
    #expect(!streams(32, .padded) && !streams(80, .padded) && !streams(64, .view))
  }

  /// Those whose pixels do not start on cache lines are not streamed, and come out the same.
  @Test(arguments: [ConvolutionKernel.gemm, .gemm.bf16, .winograd4.bf16], large)
  func largeOnesAreWrittenTheSame(_ kernel: ConvolutionKernel, _ shape: MapShape) {
    var example = example(
      Shape(joined: [16], outputs: shape.channels, height: shape.height, width: shape.width, kernel: 3))
    var numbers = TestNumbers(seed: 2)
    for after in [nil, numbers.reals(shape.count)] {
      example.after = after
      for set in sets(for: kernel).suffix(1) {
        let streamed = example.run(kernel, set, threadPools[2], output: .padded, rounded: .output)
        #expect(streamed.isIntact)
        #expect(streamed.values == example.run(kernel, set, threadPools[1], output: .view, rounded: .output).values)
      }
    }
  }

  @Test(arguments: precisions, large)
  func largeOnesArePooledAndAddedTheSame(_ precisions: (from: ElementType, to: ElementType), _ shape: MapShape) {
    var numbers = TestNumbers(seed: shape.channels)
    let values = numbers.reals(shape.count)
    let geometry = PoolingGeometry(input: shape, kernel: 3, stride: 1, padding: 1)
    let code = InstructionSet.best.microkernels
    func results(_ layout: MapLayout) -> (pooled: [Float], sums: [Float]) {
      let (pooled, sums) = (
        TestMap(shape, layout, elementType: precisions.to), TestMap(shape, layout, elementType: precisions.to)
      )
      #expect(pooled.map.isNonTemporal == (layout == .padded))
      TestMap(shape, .padded, values, elementType: precisions.from).lend { input in
        pool(.average, input, geometry, to: pooled.map, microkernels: code, pool: threadPools[1])
        add([input, input], to: sums.map, microkernels: code, pool: threadPools[1])
      }
      #expect(pooled.surroundingsAreIntact && sums.surroundingsAreIntact)
      return (pooled.values, sums.values)
    }
    let (streamed, stored) = (results(.padded), results(.view))
    #expect(streamed.pooled == stored.pooled && streamed.sums == stored.sums)
  }

  private static let precisions: [(ElementType, ElementType)] = [(.bf16, .bf16), (.bf16, .fp32), (.fp32, .bf16)]

  @Test(arguments: [(2, 1, 0), (2, 2, 1), (3, 2, 1), (3, 3, 0), (5, 1, 2)], [2, 16, 30, 64, 80])
  func poolsReadAndWriteThem(_ window: (kernel: Int, stride: Int, padding: Int), _ channels: Int) {
    let geometry = PoolingGeometry(
      input: MapShape(channels: channels, height: 13, width: 18), kernel: window.kernel, stride: window.stride,
      padding: window.padding)
    var numbers = TestNumbers(seed: channels)
    var values = numbers.reals(geometry.input.count).map(roundedToBF16)
    (values[1], values[20]) = (.nan, -.infinity)
    for (number, (set, layout, pool)) in surroundings.enumerated() where set.supports(.bf16) {
      for kind in [PoolingRow.Kind.maximum, .average] {
        func pooled(_ from: ElementType, _ to: ElementType) -> (values: [Float], isIntact: Bool) {
          let input = TestMap(geometry.input, layout, values, elementType: from)
          let output = TestMap(geometry.output, MapLayout.allCases[number % 3], elementType: to)
          input.lend { Kernels.pool(kind, $0, geometry, to: output.map, microkernels: set.microkernels, pool: pool) }
          return (output.values, output.surroundingsAreIntact)
        }
        let expected = pooled(.fp32, .fp32).values
        for (from, to) in Self.precisions {
          let result = pooled(from, to)
          #expect(result.isIntact)
          #expect(identical(result.values, to == .bf16 ? expected.map(roundedToBF16) : expected), "\(from) to \(to)")
        }
      }
    }
  }

  /// Maps of both kinds together, some of fewer rows and columns.
  @Test(arguments: [[0], [0, 0], [1, 0, 2], [0, 3, 1, 0]], [2, 16, 30, 64, 134])
  func sumsReadAndWriteThem(_ shifts: [Int], _ channels: Int) {
    var numbers = TestNumbers(seed: channels)
    let shape = MapShape(channels: channels, height: 8, width: 24)
    let terms = shifts.map { shift in
      let small = MapShape(channels: channels, height: 8 >> shift, width: 24 >> shift)
      return (shape: small, values: numbers.reals(small.count).map(roundedToBF16))
    }
    for (number, (set, layout, pool)) in surroundings.enumerated() where set.supports(.bf16) {
      func total(_ rounded: Int, _ precision: ElementType) -> (values: [Float], isIntact: Bool) {
        let inputs = terms.enumerated().map { index, term in
          TestMap(
            term.shape, MapLayout.allCases[(index + number) % 3], term.values,
            elementType: rounded >> index & 1 == 1 ? .bf16 : .fp32)
        }
        let output = TestMap(shape, layout, elementType: precision)
        withExtendedLifetime(inputs) {
          add(inputs.map(\.map), to: output.map, microkernels: set.microkernels, pool: pool)
        }
        return (output.values, output.surroundingsAreIntact)
      }
      let expected = total(0, .fp32).values
      for rounded in 0..<1 << shifts.count {
        for precision in [ElementType.fp32, .bf16] {
          let result = total(rounded, precision)
          #expect(result.isIntact)
          #expect(result.values == (precision == .bf16 ? expected.map(roundedToBF16) : expected), "\(rounded) \(set)")
        }
      }
    }
  }

  /// Scales, shifts and activations have no vector at a time, whatever holds the numbers.
  @Test(arguments: [6, 16, 70]) func elementwiseFunctionsReadAndWriteThem(_ channels: Int) {
    var numbers = TestNumbers(seed: channels)
    let shape = MapShape(channels: channels, height: 5, width: 9)
    let values = numbers.reals(shape.count).map(roundedToBF16)
    let (scale, shift) = (numbers.reals(channels), numbers.reals(channels))
    for (set, layout, pool) in surroundings where set.supports(.bf16) {
      func result(_ from: ElementType, _ to: ElementType) -> (affine: [Float], active: [Float], isIntact: Bool) {
        let (affine, active) = (TestMap(shape, layout, elementType: to), TestMap(shape, layout, elementType: to))
        TestMap(shape, layout, values, elementType: from).lend { input in
          withFencedInputs([scale, shift]) {
            channelAffine(input, scale: $0[0], shift: $0[1], to: affine.map, microkernels: set.microkernels, pool: pool)
          }
          activate(input, .relu6, to: active.map, microkernels: set.microkernels, pool: pool)
        }
        return (affine.values, active.values, affine.surroundingsAreIntact && active.surroundingsAreIntact)
      }
      let expected = result(.fp32, .fp32)
      for (from, to) in Self.precisions {
        let result = result(from, to)
        #expect(result.isIntact)
        #expect(result.affine == (to == .bf16 ? expected.affine.map(roundedToBF16) : expected.affine))
        #expect(result.active == (to == .bf16 ? expected.active.map(roundedToBF16) : expected.active))
      }
    }
  }

  /// What moves numbers moves two at a time.
  @Test(arguments: [2, 16, 30]) func theyAreRearranged(_ channels: Int) {
    let shape = MapShape(channels: channels, height: 4, width: 6)
    let deep = MapShape(channels: 4 * channels, height: 2, width: 3)
    func check(_ from: MapShape, _ to: MapShape, _ run: (FeatureMap, FeatureMap, ThreadPool) -> Void) {
      // Multiples of a half up to 128 in eight bits.
      let values = (0..<from.count).map { Float($0 % 256) / 2 }
      for (pool, layout) in zip(threadPools, MapLayout.allCases) {
        func result(_ precision: ElementType) -> (values: [Float], isIntact: Bool) {
          let output = TestMap(to, layout, elementType: precision)
          TestMap(from, layout, values, elementType: precision).lend { run($0, output.map, pool) }
          return (output.values, output.surroundingsAreIntact)
        }
        #expect(result(.bf16).isIntact && result(.bf16).values == result(.fp32).values)
      }
    }
    check(shape, shape) { copy($0, to: $1, pool: $2) }
    check(shape, MapShape(channels: channels, height: 8, width: 12)) { upsampleNearest($0, scale: 2, to: $1, pool: $2) }
    check(shape, MapShape(channels: channels, height: 7, width: 5)) { resizeNearest($0, to: $1, pool: $2) }
    check(shape, MapShape(channels: channels, height: 6, width: 9)) { zeroPad($0, left: 1, top: 2, to: $1, pool: $2) }
    check(shape, deep) { spaceToDepth($0, block: 2, order: .columnsFirst, to: $1, pool: $2) }
    check(deep, shape) { depthToSpace($0, block: 2, to: $1, pool: $2) }
  }
}
