/// The bits of numbers in fp16 or bf16, each rounded to the nearest, ties to even.
///
/// - Returns: `nil` if a finite number is too large for the type.
/// - Precondition: The type is `fp16` or `bf16`.
package func narrowed(_ values: [Float], to type: ElementType) -> [UInt16]? {
  precondition(type == .fp16 || type == .bf16, "\(type) does not have 16 bits of floating point.")
  var overflows = false
  let narrowed = [UInt16](unsafeUninitializedCapacity: values.count) { bits, initialized in
    for (index, value) in values.enumerated() {
      let narrow = type == .fp16 ? halfFromFloat(value) : brainFromFloat(value)
      let infinity: UInt16 = type == .fp16 ? 0x7C00 : 0x7F80
      if narrow & 0x7FFF == infinity, value.isFinite { overflows = true }
      bits.initializeElement(at: index, to: narrow)
    }
    initialized = values.count
  }
  return overflows ? nil : narrowed
}

/// The nearest half-precision number, infinity from 65,520 on.
package func halfFromFloat(_ value: Float) -> UInt16 {
  let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
  let magnitude = value.bitPattern & 0x7FFF_FFFF
  if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
  // 65,520 lies halfway between the largest half and what would come after it.
  if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
  if magnitude < 0x3880_0000 {
    // Subnormal halves are multiples of 2⁻²⁴; the addition rounds to one.
    let sum = Float(bitPattern: magnitude) + 0.5
    return sign | UInt16(truncatingIfNeeded: sum.bitPattern &- Float(0.5).bitPattern)
  }
  return sign | UInt16(truncatingIfNeeded: roundedToEven(magnitude &- (127 - 15) << 23, dropping: 13))
}

/// The nearest number of a `Float`'s upper 16 bits; infinity beyond the largest.
package func brainFromFloat(_ value: Float) -> UInt16 {
  if value.isNaN { return UInt16(truncatingIfNeeded: value.bitPattern >> 16) | 0x0040 }
  return UInt16(truncatingIfNeeded: roundedToEven(value.bitPattern, dropping: 16))
}

/// The number without its lowest bits, rounded to the nearest, ties to even. A carry goes on into the exponent.
private func roundedToEven(_ bits: UInt32, dropping count: UInt32) -> UInt32 {
  let isOdd = bits >> count & 1
  return (bits &+ (1 << (count &- 1) &- 1) &+ isOdd) >> count
}
