import Glibc
import KernelInterface

/// A function of each lane.
///
/// Types rather than closures, so that every loop over a function is compiled with the function in it.
protocol LaneFunction {
  func callAsFunction(_ x: Lanes) -> Lanes
}

/// A loop that applies an activation.
protocol ActivationLoop {
  func run(_ activation: some LaneFunction)
}

/// Runs the specialisation of a loop for an activation: the choice is made once, outside of the loop.
@inline(__always)
func run(_ loop: some ActivationLoop, with activation: ActivationFunction) {
  switch activation {
  case .identity: loop.run(Unchanged())
  case .silu: loop.run(SiLU())
  case .relu: loop.run(ReLU())
  default: loop.run(RareActivation(activation: activation))
  }
}

private struct Unchanged: LaneFunction {
  @inline(__always) func callAsFunction(_ x: Lanes) -> Lanes { x }
}

private struct SiLU: LaneFunction {
  @inline(__always) func callAsFunction(_ x: Lanes) -> Lanes { Target.silu(x) }
}

private struct ReLU: LaneFunction {
  @inline(__always) func callAsFunction(_ x: Lanes) -> Lanes { clampBelow(x) }
}

private struct RareActivation: LaneFunction {
  let activation: ActivationFunction
  @inline(__always) func callAsFunction(_ x: Lanes) -> Lanes { rareActivation(activation, x) }
}

/// The activations that no loop is specialised for: a call for each vector.
@inline(never)
private func rareActivation(_ activation: ActivationFunction, _ x: Lanes) -> Lanes {
  let six = Lanes(repeating: 6)
  let three = Lanes(repeating: 3)
  switch activation {
  case .identity: return x
  case .silu: return Target.silu(x)
  case .relu: return clampBelow(x)
  case .leakyReLU(let slope):
    return x.replacing(with: x * Lanes(repeating: slope), where: x .< Lanes(repeating: 0))
  case .hardswish: return x * clampAbove(clampBelow(x + three)) / six
  case .sigmoid: return sigmoid(x)
  case .tanh: return mapLanes(x) { tanhf($0) }
  case .mish: return mish(x)
  case .gelu:
    // ½·erfc(-x/√2) is Φ(x) without the cancellation of ½·(1 + erf(x/√2)) at negative arguments.
    return x * (Lanes(repeating: 0.5) * mapLanes(x * Lanes(repeating: -0.707_106_77)) { erfcf($0) })
  case .relu6: return clampAbove(clampBelow(x))
  case .elu(let alpha):
    return x.replacing(with: mapLanes(x) { expm1f($0) } * Lanes(repeating: alpha), where: x .< Lanes(repeating: 0))
  case .hardsigmoid: return clampAbove(clampBelow(x + three)) / six
  }
}

/// Replaces what is below zero by zero and keeps NaN.
@inline(__always)
private func clampBelow(_ x: Lanes) -> Lanes {
  x.replacing(with: Lanes(repeating: 0), where: x .< Lanes(repeating: 0))
}

/// Replaces what is above six by six and keeps NaN.
@inline(__always)
private func clampAbove(_ x: Lanes) -> Lanes {
  x.replacing(with: Lanes(repeating: 6), where: x .> Lanes(repeating: 6))
}

/// With e = e^x, tanh(ln(1 + e)) = e(e + 2) / (e(e + 2) + 2), which loses nothing at either end.
///
/// From x = 20 on the quotient is 1 in single precision; stopping there keeps e² finite.
@inline(__always)
private func mish(_ x: Lanes) -> Lanes {
  let e = exponential(x.replacing(with: Lanes(repeating: 20), where: x .> Lanes(repeating: 20)))
  let product = e * (e + Lanes(repeating: 2))
  return x * (product / (product + Lanes(repeating: 2)))
}

/// Applies a scalar function of the C library to each lane.
@inline(__always)
private func mapLanes(_ x: Lanes, _ function: (Float) -> Float) -> Lanes {
  var result = x
  for lane in 0..<laneCount { result[lane] = function(x[lane]) }
  return result
}
