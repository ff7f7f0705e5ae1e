#if AVX512
  import CProcessor

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

  /// Computes 1 + e^-x, for x from -87 to 87, and the value at the nearer end outside. For NaN the result is any number: the
  /// caller has to multiply by it.
  ///
  /// The polynomial's error is 1e-8 of the result; the other roundings come to 2⁻²³.
  @inline(__always)
  private func oneAndSixteenthsOfExponential(ofMinus x: Lanes) -> Lanes {
    let x = clamp(x, -87, 87)
    let sixteenths = SixteenthsOfExponential(ofMinus: x)
    // log₂e in two parts; what the product with the first leaves of the rounded one is exact.
    let r = sum(sum(sixteenths.rounded, x, times: 1.442_695_04), x, times: 1.925_963e-8)
    var power = sum(Lanes(repeating: 0.240_226_5), r, times: -0.055_504_11)
    power = sum(Lanes(repeating: -0.693_147_18), power, times: r)
    power = sum(Lanes(repeating: 1), power, times: r)
    return sum(Lanes(repeating: 1), sixteenths.scale, times: power)
  }

  /// Changes signs: an operator would subtract from zero, which cannot become part of a multiply-add.
  @inline(__always)
  private func negated(_ x: Lanes) -> Lanes {
    unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) ^ SIMD16(repeating: 0x8000_0000), to: Lanes.self)
  }

  /// Computes x / (1 + e^-x); below -87, where that is nearly 0, it is x · 1.6e-38.
  ///
  /// A division would keep the multiplications waiting. One step of Newton's method makes an approximate reciprocal exact
  /// to the last bit or the one before.
  @inline(__always)
  func siluByReciprocal(_ x: Lanes) -> Lanes {
    let divisor = oneAndSixteenthsOfExponential(ofMinus: x)
    let approximation = gelan_approximate_reciprocal(divisor)
    let error = sum(Lanes(repeating: 1), negated(divisor), times: approximation)
    return x * sum(approximation, approximation, times: error)
  }

  #if AVX512BF16
    /// Computes x / (1 + e^-x) with an error of at most 2⁻¹² of it, a sixteenth of what rounding it to bf16 may do; below
    /// -87, where that is nearly 0, it is x · 1.6e-38.
    @inline(__always)
    func siluWithinBF16(_ x: Lanes) -> Lanes {
      let limited = gelan_limit(x, Lanes(repeating: 87))
      let sixteenths = SixteenthsOfExponential(ofMinus: limited)
      let r = sum(sixteenths.rounded, limited, times: 1.442_695_04)
      // The line closest to 2^-r: 1.2e-4 of it away at most.
      let power = sum(Lanes(repeating: 1.000_117), r, times: -0.693_147_18)
      return x * gelan_approximate_reciprocal(sum(Lanes(repeating: 1), sixteenths.scale, times: power))
    }
  #endif
#endif
