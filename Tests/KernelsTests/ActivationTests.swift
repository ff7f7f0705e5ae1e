import Glibc
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

@Suite struct ActivationTests {
  static let all: [ActivationFunction] = [
    .identity, .silu, .relu, .leakyReLU(slope: 0.1), .hardswish, .sigmoid, .tanh, .mish, .gelu, .relu6,
    .elu(alpha: 0.7), .hardsigmoid,
  ]

  /// Eight roundings in the value's own magnitude cover every formula, with two exceptions: x + 3 near -3 rounds at
  /// the scale of 1, and erfc multiplies the error of its rounded argument, two roundings here, by up to x².
  @Test(arguments: all, [1, 2, 7, 8, 9, 16, 31, 4001])
  func agreesWithDoublePrecision(_ activation: ActivationFunction, _ count: Int) {
    var numbers = TestNumbers(seed: count)
    let input = numbers.reals(count, range: 12)
    let output = GuardedBuffer(count: count)
    withFencedInput(input) {
      activate(
        input: $0, count: count, activation: activation, output: output.pointer, pool: ThreadPool(threads: 2))
    }
    #expect(output.marginsAreIntact)
    let hasShift = activation == .hardswish || activation == .hardsigmoid
    for (x, y) in zip(input, output.values) {
      let exact = referenceActivation(activation, Double(x))
      let roundings = activation == .gelu && x < 0 ? 8 + 2 * Double(x * x) : 8
      let bound = roundings * unitRoundoff * (abs(exact) + (hasShift ? 1 : 0))
      #expect(abs(Double(y) - exact) <= bound, "\(activation)(\(x)) is \(exact), not \(y)")
    }
  }

  @Test(arguments: all)
  func worksInPlaceAndAcrossThreads(_ activation: ActivationFunction) {
    var numbers = TestNumbers(seed: 3)
    let input = numbers.reals(50_003, range: 5)
    let separate = GuardedBuffer(count: input.count)
    activate(
      input: input, count: input.count, activation: activation, output: separate.pointer,
      pool: ThreadPool(threads: 1))
    let inPlace = GuardedBuffer(count: input.count)
    inPlace.pointer.update(from: input, count: input.count)
    activate(
      input: inPlace.pointer, count: input.count, activation: activation, output: inPlace.pointer,
      pool: ThreadPool(threads: 3))
    #expect(identical(separate.values, inPlace.values))
  }

  @Test(arguments: all)
  func keepsNaN(_ activation: ActivationFunction) {
    #expect(value(activation, .nan).isNaN)
  }

  static let limits: [(ActivationFunction, Float, Float)] = [
    (.silu, .infinity, .infinity), (.silu, -Float.infinity, .nan), (.silu, -1000, -0.0), (.silu, 1000, 1000),
    (.silu, 3e38, 3e38), (.silu, -3e38, -0.0), (.sigmoid, .infinity, 1), (.sigmoid, -Float.infinity, 0),
    (.sigmoid, -1000, 0), (.sigmoid, 0, 0.5), (.relu, -Float.infinity, 0), (.relu, .infinity, .infinity),
    (.leakyReLU(slope: 0.5), -Float.infinity, -Float.infinity), (.tanh, -Float.infinity, -1), (.tanh, 1000, 1),
    (.mish, 1000, 1000), (.mish, -Float.infinity, .nan), (.mish, .infinity, .infinity), (.mish, -1000, -0.0),
    (.gelu, 1000, 1000), (.gelu, -1000, -0.0), (.relu6, 1000, 6), (.relu6, .infinity, 6),
    (.elu(alpha: 2), -Float.infinity, -2), (.elu(alpha: 2), 1000, 1000), (.hardswish, -3, -0.0),
    (.hardswish, -1000, -0.0), (.hardswish, 5, 5), (.hardsigmoid, -Float.infinity, 0), (.hardsigmoid, .infinity, 1),
    (.hardsigmoid, 0, 0.5), (.identity, -0.0, -0.0),
  ]

  @Test(arguments: limits)
  func hasTheseLimits(_ activation: ActivationFunction, _ argument: Float, _ expected: Float) {
    #expect(identical([value(activation, argument)], [expected]), "\(activation)(\(argument))")
  }

  private func value(_ activation: ActivationFunction, _ argument: Float) -> Float {
    var result = argument
    activate(input: [argument], count: 1, activation: activation, output: &result, pool: ThreadPool(threads: 1))
    return result
  }
}

@Suite struct ExponentialTests {
  /// Steps through every exponent of both signs, and densely through where the result is a normal number.
  @Test func staysWithinItsErrorBound() {
    var arguments: [Float] = []
    var magnitude: Float = 1e-38
    while magnitude < 87 {
      arguments += [magnitude, -magnitude]
      magnitude *= 1.37
    }
    var x: Float = -87.3
    while x < 88.7 {
      arguments.append(x)
      x += 0.00173
    }
    for x in arguments {
      let exact = exp(Double(x))
      let error = abs(Double(exponential(Float8(repeating: x))[0]) - exact)
      #expect(error <= 0x1p-23 * exact, "e^\(x)")
    }
  }

  @Test func treatsLanesAlike() {
    let x = Float8(-90, -1, -0.0, 0.3, 1, 10, 80, 88.7)
    for lane in 0..<8 { #expect(exponential(x)[lane] == exponential(Float8(repeating: x[lane]))[5]) }
  }

  /// Subnormal results keep an absolute error of one of their steps.
  @Test func underflowsGradually() {
    var x: Float = -87.4
    while x > -110 {
      let error = abs(Double(exponential(Float8(repeating: x))[0]) - exp(Double(x)))
      #expect(error <= 0x1p-149 + 0x1p-23 * exp(Double(x)), "e^\(x)")
      x -= 0.037
    }
  }

  static let limits: [(Float, Float)] = [
    (.infinity, .infinity), (-Float.infinity, 0), (.nan, .nan), (-Float.nan, .nan), (89, .infinity), (1e30, .infinity),
    (.greatestFiniteMagnitude, .infinity), (-1e30, 0), (-Float.greatestFiniteMagnitude, 0), (-104.5, 0), (0, 1),
    (-0.0, 1), (.leastNonzeroMagnitude, 1), (1e-30, 1),
  ]

  @Test(arguments: limits)
  func hasTheseLimits(_ argument: Float, _ expected: Float) {
    #expect(identical([exponential(Float8(repeating: argument))[3]], [expected]), "e^\(argument)")
  }
}
