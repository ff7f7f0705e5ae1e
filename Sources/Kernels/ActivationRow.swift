import Glibc

/// Writes `activation(source[i] + bias)` for `count` consecutive elements; both pointers may be equal.
///
/// The choice of function is made once a row, outside the loop. The default bias is -0, the one number whose addition
/// changes nothing, not even the sign of a zero.
func activateRow(
  from source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<Float>, count: Int,
  bias: Float = -0.0, activation: ActivationFunction
) {
  switch activation {
  case .identity:
    mapRow(source, destination, count, bias) { $0 }
  case .silu:
    mapRow(source, destination, count, bias) { $0 / (1 + exponential(-$0)) }
  case .relu:
    mapRow(source, destination, count, bias) { clampBelow($0) }
  case .leakyReLU(let slope):
    mapRow(source, destination, count, bias) { $0.replacing(with: $0 * slope, where: $0 .< 0) }
  case .hardswish:
    mapRow(source, destination, count, bias) { $0 * clampAbove(clampBelow($0 + 3)) / 6 }
  case .sigmoid:
    mapRow(source, destination, count, bias) { sigmoid($0) }
  case .tanh:
    mapRow(source, destination, count, bias) { mapLanes($0, tanhf) }
  case .mish:
    mapRow(source, destination, count, bias) { mish($0) }
  case .gelu:
    // ½·erfc(-x/√2) is Φ(x) without the cancellation of ½·(1 + erf(x/√2)) at negative arguments.
    mapRow(source, destination, count, bias) { $0 * (0.5 * mapLanes($0 * -0.707_106_77, erfcf)) }
  case .relu6:
    mapRow(source, destination, count, bias) { clampAbove(clampBelow($0)) }
  case .elu(let alpha):
    mapRow(source, destination, count, bias) { $0.replacing(with: mapLanes($0, expm1f) * alpha, where: $0 .< 0) }
  case .hardsigmoid:
    mapRow(source, destination, count, bias) { clampAbove(clampBelow($0 + 3)) / 6 }
  }
}

/// Applies `function` to eight elements at a time; the last, partial vector goes through the same arithmetic.
@inline(__always)
private func mapRow(
  _ source: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>, _ count: Int, _ bias: Float,
  _ function: (Float8) -> Float8
) {
  var i = 0
  while i + 8 <= count {
    store8(function(load8(source + i) + bias), destination + i)
    i += 8
  }
  if i < count {
    store8(function(load8(source + i, first: count - i) + bias), destination + i, first: count - i)
  }
}

/// Replaces what is below zero by zero and keeps NaN.
@inline(__always)
private func clampBelow(_ x: Float8) -> Float8 {
  x.replacing(with: 0, where: x .< 0)
}

/// Replaces what is above six by six and keeps NaN.
@inline(__always)
private func clampAbove(_ x: Float8) -> Float8 {
  x.replacing(with: 6, where: x .> 6)
}

/// With e = e^x, tanh(ln(1 + e)) = e(e + 2) / (e(e + 2) + 2), which loses nothing at either end.
///
/// From x = 20 on the quotient is 1 in single precision; stopping there keeps e² finite.
@inline(__always)
private func mish(_ x: Float8) -> Float8 {
  let e = exponential(x.replacing(with: 20, where: x .> 20))
  let product = e * (e + 2)
  return x * (product / (product + 2))
}

/// Applies a scalar function of the C library to each lane.
@inline(__always)
private func mapLanes(_ x: Float8, _ function: (Float) -> Float) -> Float8 {
  var result = x
  for lane in 0..<8 { result[lane] = function(x[lane]) }
  return result
}
