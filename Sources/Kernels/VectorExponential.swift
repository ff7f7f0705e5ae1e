/// Computes e^x in eight lanes with a relative error of at most 2⁻²³ wherever the result is a normal number.
///
/// Results below the smallest normal number round to a subnormal one or zero, results above the largest become +∞;
/// -∞ gives 0, +∞ gives +∞ and NaN stays NaN. Nothing traps.
///
/// e^x = 2ⁿ·e^r with n the integer nearest to x·log₂e, so that |r| ≤ ½·ln 2, where a polynomial of degree 7 suffices.
@inline(__always)
func exponential(_ x: Float8) -> Float8 {
  // Beyond these bounds the result is 0 or +∞ anyway; within them n fits the two-step scaling below. A comparison
  // with NaN is false, so NaN passes.
  var c = x.replacing(with: -105, where: x .< -105)
  c = c.replacing(with: 90, where: c .> 90)

  // Adding 1.5·2²³ leaves the nearest integer in the low bits of the sum.
  let magic: Float = 12_582_912
  let shifted = c * 1.442_695_04 + magic
  let n = shifted - magic

  // ln 2 in two parts, the first with so few bits that its product with n is exact.
  var r = c - n * 0.693_359_375
  r = r + n * 2.121_944_4e-4

  var p = r * 1.987_569_15e-4 + 1.398_199_950_7e-3
  p = p * r + 8.333_451_907_3e-3
  p = p * r + 4.166_579_589_4e-2
  p = p * r + 1.666_666_545_9e-1
  p = p * r + 5.000_000_120_1e-1
  p = (p * (r * r) + r) + 1

  // 2ⁿ as a product of two normal powers: n reaches from -152 to 130, further than one exponent field does.
  let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- Int32(bitPattern: magic.bitPattern)
  let half = exponent &>> 1
  let otherHalf = exponent &- half
  let scale = unsafeBitCast((half &+ 127) &<< 23, to: Float8.self)
  let otherScale = unsafeBitCast((otherHalf &+ 127) &<< 23, to: Float8.self)
  return p * scale * otherScale
}

/// Computes 1 / (1 + e^-x) in eight lanes; -∞ gives 0, +∞ gives 1, NaN stays NaN.
@inline(__always)
func sigmoid(_ x: Float8) -> Float8 {
  1 / (1 + exponential(-x))
}
