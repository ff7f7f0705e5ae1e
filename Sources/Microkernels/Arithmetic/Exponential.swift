/// What e^x is made from: e^x = 2ⁿ · p with n the integer nearest to x · log₂e, so that p is between √½ and √2.
private struct ReducedExponential {
  /// e^r for |r| ≤ ½ · ln 2, by a polynomial whose error is 3e-9 of it.
  let p: Lanes
  /// 1.5 · 2²³ + n, whose low bits are n.
  let shifted: Lanes

  static let magic: Float = 12_582_912

  @inline(__always)
  init(_ x: Lanes) {
    // Adding 1.5·2²³ leaves the nearest integer in the low bits of the sum.
    shifted = sum(Lanes(repeating: Self.magic), x, times: 1.442_695_04)
    let n = shifted - Lanes(repeating: Self.magic)
    // ln 2 in two parts, the first with so few bits that its product with n is exact.
    let r = sum(sum(x, n, times: -0.693_359_375), n, times: 2.121_944_4e-4)
    // The polynomial of degree 4 closest to (e^r - 1 - r) / r².
    var q = sum(Lanes(repeating: 8.368_711e-3), r, times: 1.381_461_04e-3)
    q = sum(Lanes(repeating: 4.166_838_9e-2), q, times: r)
    q = sum(Lanes(repeating: 1.666_652_1e-1), q, times: r)
    q = sum(Lanes(repeating: 4.999_999_4e-1), q, times: r)
    q = sum(Lanes(repeating: 1), q, times: r)
    p = sum(Lanes(repeating: 1), q, times: r)
  }
}

/// Computes e^x with a relative error of at most 2⁻²³ wherever the result is a normal number.
///
/// Results below the smallest normal number round to a subnormal one or zero, results above the largest become +∞;
/// -∞ gives 0, +∞ gives +∞ and NaN stays NaN. Nothing traps.
@inline(__always)
func exponential(_ x: Lanes) -> Lanes {
  // Beyond these bounds the result is 0 or +∞ anyway; within them n fits the two-step scaling below. A comparison
  // with NaN is false, so NaN passes.
  let reduced = ReducedExponential(clamp(x, -105, 90))
  // 2ⁿ as a product of two normal powers: n reaches from -152 to 130, further than one exponent field does.
  let exponent =
    unsafeBitCast(reduced.shifted, to: SIMD16<Int32>.self)
    &- SIMD16<Int32>(repeating: Int32(bitPattern: ReducedExponential.magic.bitPattern))
  let half = exponent &>> SIMD16<Int32>(repeating: 1)
  let otherHalf = exponent &- half
  return reduced.p * powerOfTwo(half) * powerOfTwo(otherHalf)
}

@inline(__always)
private func powerOfTwo(_ exponent: SIMD16<Int32>) -> Lanes {
  unsafeBitCast((exponent &+ SIMD16<Int32>(repeating: 127)) &<< SIMD16<Int32>(repeating: 23), to: Lanes.self)
}

/// Computes 1 + e^-x, for x from -87 to 87, and the value at the nearer end outside. For NaN the result is any number: the
/// caller has to multiply by it.
@inline(__always)
private func oneAndExponential(ofMinus x: Lanes) -> Lanes {
  let reduced = ReducedExponential(clamp(-x, -87, 87))
  // n goes from -126 to 126, so it can be added to the exponent of p; what else `shifted` holds is shifted out.
  let exponent = unsafeBitCast(reduced.shifted, to: SIMD16<Int32>.self) &<< SIMD16<Int32>(repeating: 23)
  return Lanes(repeating: 1)
    + unsafeBitCast(unsafeBitCast(reduced.p, to: SIMD16<Int32>.self) &+ exponent, to: Lanes.self)
}

@inline(__always)
func clamp(_ x: Lanes, _ lower: Float, _ upper: Float) -> Lanes {
  let bounded = x.replacing(with: Lanes(repeating: lower), where: x .< Lanes(repeating: lower))
  return bounded.replacing(with: Lanes(repeating: upper), where: bounded .> Lanes(repeating: upper))
}

/// Computes 1 / (1 + e^-x); -∞ gives 0, +∞ gives 1, NaN stays NaN.
@inline(__always)
func sigmoid(_ x: Lanes) -> Lanes {
  Lanes(repeating: 1) / (Lanes(repeating: 1) + exponential(-x))
}

/// Computes x / (1 + e^-x); below -87, where that is nearly 0, it is x · 1.6e-38.
@inline(__always)
func siluByDivision(_ x: Lanes) -> Lanes { x / oneAndExponential(ofMinus: x) }
