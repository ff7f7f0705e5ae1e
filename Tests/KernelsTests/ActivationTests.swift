import Glibc
import KernelInterface
import Testing

@testable import Kernels

/// Computes an activation in double precision by PyTorch's definition.
func referenceActivation(_ activation: ActivationFunction, _ x: Double) -> Double {
  switch activation {
  case .identity: x
  case .silu: x / (1 + exp(-x))
  case .relu: x.isNaN ? x : max(x, 0)
  case .leakyReLU(let slope): x >= 0 ? x : x * Double(slope)
  case .hardswish: x * min(max(x + 3, 0), 6) / 6
  case .sigmoid: 1 / (1 + exp(-x))
  case .tanh: tanh(x)
  case .mish: x * tanh(x > 30 ? x : log1p(exp(x)))
  case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
  case .relu6: x.isNaN ? x : min(max(x, 0), 6)
  case .elu(let alpha): x >= 0 ? x : expm1(x) * Double(alpha)
  case .hardsigmoid: x.isNaN ? x : min(max(x + 3, 0), 6) / 6
  }
}

/// Runs an activation over numbers that are the channels of one pixel.
func activated(_ activation: ActivationFunction, _ values: [Float], _ set: InstructionSet) -> [Float] {
  let shape = MapShape(channels: values.count, height: 1, width: 1)
  let output = TestMap(shape, .dense)
  TestMap(shape, .dense, values).lend {
    activate($0, activation, to: output.map, microkernels: set.microkernels, pool: threadPools[0])
  }
  return output.values
}

@Suite struct ActivationTests {
  static let all: [ActivationFunction] = [
    .identity, .silu, .relu, .leakyReLU(slope: 0.1), .hardswish, .sigmoid, .tanh, .mish, .gelu, .relu6,
    .elu(alpha: 0.7), .hardsigmoid,
  ]

  /// Eight roundings in the value's own magnitude cover every formula, with two exceptions: x + 3 near -3 rounds at
  /// the scale of 1, and erfc multiplies the error of its rounded argument, two roundings here, by up to x².
  @Test(arguments: all, [(1, 1), (2, 3), (7, 8), (8, 2), (9, 1), (16, 5), (31, 1), (33, 121)])
  func agreesWithDoublePrecision(_ activation: ActivationFunction, _ extent: (channels: Int, pixels: Int)) {
    let shape = MapShape(channels: extent.channels, height: extent.pixels, width: 1)
    var numbers = TestNumbers(seed: shape.count)
    let values = numbers.reals(shape.count, range: 12)
    let hasShift = activation == .hardswish || activation == .hardsigmoid
    for (set, layout, pool) in surroundings {
      let input = TestMap(shape, layout, values)
      let output = TestMap(shape, layout)
      input.lend { activate($0, activation, to: output.map, microkernels: set.microkernels, pool: pool) }
      #expect(output.surroundingsAreIntact, "\(set)")
      for (x, y) in zip(values, output.values) {
        let exact = referenceActivation(activation, Double(x))
        let roundings = activation == .gelu && x < 0 ? 8 + 2 * Double(x * x) : 8
        let bound = roundings * unitRoundoff * (abs(exact) + (hasShift ? 1 : 0))
        #expect(abs(Double(y) - exact) <= bound, "\(activation)(\(x)) is \(exact), not \(y), with \(set)")
      }
    }
  }

  @Test(arguments: all, InstructionSet.available)
  func worksInPlaceAndAcrossThreads(_ activation: ActivationFunction, _ set: InstructionSet) {
    var numbers = TestNumbers(seed: 3)
    let shape = MapShape(channels: 21, height: 40, width: 61)
    let values = numbers.reals(shape.count, range: 5)
    let separate = TestMap(shape, .view)
    TestMap(shape, .dense, values).lend {
      activate($0, activation, to: separate.map, microkernels: set.microkernels, pool: threadPools[0])
    }
    let inPlace = TestMap(shape, .padded, values)
    activate(inPlace.map, activation, to: inPlace.map, microkernels: set.microkernels, pool: threadPools[2])
    #expect(identical(separate.values, inPlace.values))
    #expect(separate.surroundingsAreIntact && inPlace.surroundingsAreIntact)
  }

  @Test(arguments: all, InstructionSet.available)
  func keepsNaN(_ activation: ActivationFunction, _ set: InstructionSet) {
    #expect(activated(activation, [.nan], set)[0].isNaN)
  }

  static let limits: [(ActivationFunction, Float, Float)] = [
    (.silu, .infinity, .infinity), (.silu, -Float.infinity, -Float.infinity), (.silu, 1000, 1000),
    (.silu, 3e38, 3e38), (.silu, -0.0, -0.0), (.sigmoid, .infinity, 1), (.sigmoid, -Float.infinity, 0),
    (.sigmoid, -1000, 0), (.sigmoid, 0, 0.5), (.relu, -Float.infinity, 0), (.relu, .infinity, .infinity),
    (.leakyReLU(slope: 0.5), -Float.infinity, -Float.infinity), (.tanh, -Float.infinity, -1), (.tanh, 1000, 1),
    (.mish, 1000, 1000), (.mish, -Float.infinity, .nan), (.mish, .infinity, .infinity), (.mish, -1000, -0.0),
    (.gelu, 1000, 1000), (.gelu, -1000, -0.0), (.relu6, 1000, 6), (.relu6, .infinity, 6),
    (.elu(alpha: 2), -Float.infinity, -2), (.elu(alpha: 2), 1000, 1000), (.hardswish, -3, -0.0),
    (.hardswish, -1000, -0.0), (.hardswish, 5, 5), (.hardsigmoid, -Float.infinity, 0), (.hardsigmoid, .infinity, 1),
    (.hardsigmoid, 0, 0.5), (.identity, -0.0, -0.0),
  ]

  @Test(arguments: limits, InstructionSet.available)
  func hasTheseLimits(_ limit: (ActivationFunction, Float, Float), _ set: InstructionSet) {
    let (activation, argument, expected) = limit
    #expect(identical(activated(activation, [argument], set), [expected]), "\(activation)(\(argument))")
  }

  /// `silu` takes its exponential from a range without special cases, so its left tail does not reach zero: below -87 it
  /// is x · e⁻⁸⁷, which is 1.65e-38 of the number that came in.
  @Test(arguments: InstructionSet.available)
  func leavesATailFarBelowZero(_ set: InstructionSet) {
    for x: Float in [-87.01, -90, -1000, -1e10, -3e38] {
      let y = activated(.silu, [x], set)[0]
      #expect(y < 0 && y >= x * 1.65e-38, "silu(\(x)) is \(y)")
    }
  }
}

/// The vectorised exponential, seen through the functions that consist of little else.
@Suite struct ExponentialTests {
  /// Steps through every exponent of both signs, and densely through where the results are normal numbers.
  static let arguments: [Float] = {
    var arguments: [Float] = []
    var magnitude: Float = 1e-38
    while magnitude < 87 {
      arguments += [magnitude, -magnitude]
      magnitude *= 1.37
    }
    var x: Float = -87
    while x < 87 {
      arguments.append(x)
      x += 0.0173
    }
    return arguments
  }()

  /// 1 / (1 + e^-x) adds two roundings to the exponential's error of 2⁻²³, and x / (1 + e^-x) no more where it is a
  /// division, two more where it is a product with a reciprocal.
  @Test(arguments: [(ActivationFunction.sigmoid, 4.0), (.silu, 6)], InstructionSet.available)
  func staysWithinItsErrorBound(_ function: (ActivationFunction, roundings: Double), _ set: InstructionSet) {
    for (x, y) in zip(Self.arguments, activated(function.0, Self.arguments, set)) {
      let exact = referenceActivation(function.0, Double(x))
      let bound = function.roundings * unitRoundoff * abs(exact) + 0x1p-149
      #expect(abs(Double(y) - exact) <= bound, "\(function.0)(\(x))")
    }
  }

  /// Where x is far below zero, mish(x) is x · e^x: small exponentials, which the sigmoid does not show. Six roundings
  /// beside the exponential's error.
  @Test(arguments: InstructionSet.available)
  func staysWithinItsErrorBoundBelowOne(_ set: InstructionSet) {
    let arguments = Self.arguments.filter { $0 < -1 }
    for (x, y) in zip(arguments, activated(.mish, arguments, set)) {
      let e = exp(Double(x))
      let exact = Double(x) * (e * (e + 2) / (e * (e + 2) + 2))
      #expect(abs(Double(y) - exact) <= (0x1p-23 + 6 * unitRoundoff) * abs(exact), "mish(\(x))")
    }
  }

  @Test(arguments: [ActivationFunction.sigmoid, .silu, .mish], InstructionSet.available)
  func treatsLanesAlike(_ activation: ActivationFunction, _ set: InstructionSet) {
    let x: [Float] = [-90, -1, -0.0, 0.3, 1, 10, 80, 88.7, -3, 2.5, -87.9, 1e-20, 19.9, 20.1, -50, 0]
    let together = activated(activation, x, set)
    for lane in x.indices { #expect(activated(activation, [x[lane]], set)[0] == together[lane], "lane \(lane)") }
  }

  /// Subnormal exponentials keep an absolute error of one of their steps, which mish multiplies by x.
  @Test(arguments: InstructionSet.available)
  func underflowsGradually(_ set: InstructionSet) {
    let arguments = stride(from: Float(-87.4), to: -110, by: -0.037).map { $0 }
    for (x, y) in zip(arguments, activated(.mish, arguments, set)) {
      let exact = Double(x) * exp(Double(x))
      let bound = abs(Double(x)) * (0x1p-149 + (0x1p-23 + 6 * unitRoundoff) * exp(Double(x))) + 0x1p-149
      #expect(abs(Double(y) - exact) <= bound, "mish(\(x))")
    }
  }

  static let limits: [(Float, Float)] = [
    (.infinity, 1), (-Float.infinity, 0), (-Float.nan, .nan), (89, 1), (1e30, 1), (.greatestFiniteMagnitude, 1),
    (-1e30, 0), (-Float.greatestFiniteMagnitude, 0), (-104.5, 0), (-0.0, 0.5), (.leastNonzeroMagnitude, 0.5),
    (1e-30, 0.5),
  ]

  @Test(arguments: limits, InstructionSet.available)
  func hasTheseLimits(_ limit: (Float, Float), _ set: InstructionSet) {
    #expect(identical(activated(.sigmoid, [limit.0], set), [limit.1]), "sigmoid(\(limit.0))")
  }
}
