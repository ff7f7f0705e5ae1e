import CProcessor

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

#if TILE_OF_32_REGISTERS
  /// e^-x as 2^(n / 16) · 2^-r with |r| ≤ 1/32, for x from -87 to 87: with a table in a register, polynomials for 2^-r are
  /// short.
  private struct SixteenthsOfExponential {
    /// 1.5 · 2¹⁹ + n / 16, whose low bits are n.
    let shifted: Lanes

    /// Adding 1.5·2¹⁹ leaves a number rounded to sixteenths in the low bits of the sum.
    static let magic: Float = 786_432

    @inline(__always)
    init(ofMinus x: Lanes) { shifted = sum(Lanes(repeating: Self.magic), x, times: -1.442_695_04) }

    /// n / 16.
    var rounded: Lanes { @inline(__always) get { shifted - Lanes(repeating: Self.magic) } }

    /// 2^(n / 16).
    var scale: Lanes {
      @inline(__always) get {
        // 2^(k / 16) for k from 0 to 15, as the bits of floats, less k in the place where it is added below.
        let powers = SIMD16<Int32>(
          0x3F80_0000, 0x3F7D_AAC3, 0x3F7B_95C2, 0x3F79_C3D3, 0x3F78_37F0, 0x3F76_F532, 0x3F75_FED7, 0x3F75_583F,
          0x3F75_04F3, 0x3F75_08A4, 0x3F75_672A, 0x3F76_248C, 0x3F77_44FD, 0x3F78_CCDF, 0x3F7A_C0C7, 0x3F7D_257D)
        // Sixteenths choose from the table, and what is above them goes to the exponent.
        let chosen = gelan_choose(unsafeBitCast(powers, to: Lanes.self), shifted)
        let bits = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< SIMD16<Int32>(repeating: 19)
        return unsafeBitCast(unsafeBitCast(chosen, to: SIMD16<Int32>.self) &+ bits, to: Lanes.self)
      }
    }
  }

  /// Computes 1 + e^-x, for x from -87 to 87, and the value at the nearer end outside. What NaN gives is any number: the
  /// caller has to multiply with it.
  ///
  /// The polynomial's error is 1e-8 of the result; the other roundings come to 2⁻²³.
  @inline(__always)
  private func oneAndExponential(ofMinus x: Lanes) -> Lanes {
    let x = clamp(x, -87, 87)
    let sixteenths = SixteenthsOfExponential(ofMinus: x)
    // log₂e in two parts; what the product with the first leaves of the rounded one is exact.
    let r = sum(sum(sixteenths.rounded, x, times: 1.442_695_04), x, times: 1.925_963e-8)
    var power = sum(Lanes(repeating: 0.240_226_5), r, times: -0.055_504_11)
    power = sum(Lanes(repeating: -0.693_147_18), power, times: r)
    power = sum(Lanes(repeating: 1), power, times: r)
    return sum(Lanes(repeating: 1), sixteenths.scale, times: power)
  }
#else
  /// Computes 1 + e^-x, for x from -87 to 87, and the value at the nearer end outside. What NaN gives is any number: the
  /// caller has to multiply with it.
  @inline(__always)
  private func oneAndExponential(ofMinus x: Lanes) -> Lanes {
    let reduced = ReducedExponential(clamp(-x, -87, 87))
    // n goes from -126 to 126, so it can be added to the exponent of p; what else `shifted` holds is shifted out.
    let exponent = unsafeBitCast(reduced.shifted, to: SIMD16<Int32>.self) &<< SIMD16<Int32>(repeating: 23)
    return Lanes(repeating: 1)
      + unsafeBitCast(unsafeBitCast(reduced.p, to: SIMD16<Int32>.self) &+ exponent, to: Lanes.self)
  }
#endif

@inline(__always)
private func clamp(_ x: Lanes, _ lower: Float, _ upper: Float) -> Lanes {
  let bounded = x.replacing(with: Lanes(repeating: lower), where: x .< Lanes(repeating: lower))
  return bounded.replacing(with: Lanes(repeating: upper), where: bounded .> Lanes(repeating: upper))
}

/// Changes signs: an operator would subtract from zero, which cannot become part of a multiply-add.
@inline(__always)
private func negated(_ x: Lanes) -> Lanes {
  unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) ^ SIMD16(repeating: 0x8000_0000), to: Lanes.self)
}

/// Computes 1 / (1 + e^-x); -∞ gives 0, +∞ gives 1, NaN stays NaN.
@inline(__always)
func sigmoid(_ x: Lanes) -> Lanes {
  Lanes(repeating: 1) / (Lanes(repeating: 1) + exponential(-x))
}

#if BF16_PRODUCTS
  /// Computes x / (1 + e^-x) with an error of at most 2⁻¹² of it, a sixteenth of what rounding it to bf16 may do; below
  /// -87, where that is nearly 0, it is x · 1.6e-38.
  @inline(__always)
  func silu(_ x: Lanes) -> Lanes {
    let limited = gelan_limit(x, Lanes(repeating: 87))
    let sixteenths = SixteenthsOfExponential(ofMinus: limited)
    let r = sum(sixteenths.rounded, limited, times: 1.442_695_04)
    // The line closest to 2^-r: 1.2e-4 of it away at most.
    let power = sum(Lanes(repeating: 1.000_117), r, times: -0.693_147_18)
    return x * gelan_approximate_reciprocal(sum(Lanes(repeating: 1), sixteenths.scale, times: power))
  }
#else
  /// Computes x / (1 + e^-x); below -87, where that is nearly 0, it is x · 1.6e-38.
  @inline(__always)
  func silu(_ x: Lanes) -> Lanes {
    let divisor = oneAndExponential(ofMinus: x)
    #if TILE_OF_32_REGISTERS
      // Dividing would keep the multiplications waiting. One step of Newton's method makes an approximation exact to the
      // last bit or the one before.
      let approximation = gelan_approximate_reciprocal(divisor)
      let error = sum(Lanes(repeating: 1), negated(divisor), times: approximation)
      return x * sum(approximation, approximation, times: error)
    #else
      return x / divisor
    #endif
  }
#endif
