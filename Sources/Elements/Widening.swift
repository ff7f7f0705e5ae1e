/// Converts little-endian elements of a floating-point type to `Float`.
///
/// - Parameter bytes: the elements; any alignment.
/// - Returns: `nil` for types that hold no real floating-point numbers, or only eight bits of them.
package func widened(_ bytes: UnsafeRawBufferPointer, from type: ElementType) -> [Float]? {
  guard type.isFloatingPoint else { return nil }
  let count = bytes.count / type.byteCount
  return [Float](unsafeUninitializedCapacity: count) { values, initialized in
    guard let start = values.baseAddress else { return }
    widen(bytes, from: type, to: start)
    initialized = count
  }
}

/// Converts all little-endian elements of a floating-point type to `Float`: F16 and BF16 exactly, F64 by rounding.
///
/// - Parameters:
///   - bytes: the elements; any alignment.
///   - values: room for as many numbers.
package func widen(_ bytes: UnsafeRawBufferPointer, from type: ElementType, to values: UnsafeMutablePointer<Float>) {
  let count = bytes.count / type.byteCount
  switch type {
  case .fp32:
    UnsafeMutableRawPointer(values).copyMemory(from: bytes.baseAddress ?? .init(values), byteCount: 4 * count)
  case .fp16: widen(bytes, count: count, to: values, floatsFromHalves)
  case .bf16: widen(bytes, count: count, to: values, floatsFromBrainFloats)
  case .fp64:
    for index in 0..<count {
      let bits = bytes.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)
      (values + index).initialize(to: Float(Double(bitPattern: UInt64(littleEndian: bits))))
    }
  default: preconditionFailure("\(type) is not a floating-point type.")
  }
}

private typealias HalfWords = SIMD16<UInt16>

/// Converts 16 elements of two bytes at a time, the last few by way of a copy.
@inline(__always)
private func widen(
  _ bytes: UnsafeRawBufferPointer, count: Int, to values: UnsafeMutablePointer<Float>,
  _ convert: (HalfWords) -> SIMD16<UInt32>
) {
  guard let start = bytes.baseAddress else { return }
  let target = UnsafeMutableRawPointer(values)
  let lanes = HalfWords.scalarCount
  var index = 0
  while index &+ lanes <= count {
    let words = start.loadUnaligned(fromByteOffset: 2 &* index, as: HalfWords.self)
    target.storeBytes(of: convert(words), toByteOffset: 4 &* index, as: SIMD16<UInt32>.self)
    index &+= lanes
  }
  if index == count { return }
  var words = HalfWords()
  withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[(2 * index)...])) }
  var converted = convert(words)
  withUnsafeBytes(of: &converted) {
    (target + 4 * index).copyMemory(from: $0.baseAddress ?? .init(target), byteCount: 4 * (count - index))
  }
}

@inline(__always)
private func floatsFromBrainFloats(_ words: HalfWords) -> SIMD16<UInt32> {
  SIMD16<UInt32>(truncatingIfNeeded: words) &<< 16
}

/// The bits of the values of IEEE 754 half-precision numbers, exactly.
///
/// Done in integers, because the processor's own conversion is an extension that not every x86-64 has.
@inline(__always)
private func floatsFromHalves(_ words: HalfWords) -> SIMD16<UInt32> {
  let wide = SIMD16<UInt32>(truncatingIfNeeded: words)
  let sign = (wide & 0x8000) &<< 16
  let magnitude = wide & 0x7FFF
  // Five bits of exponent with bias 15 become eight with bias 127; all ones stay all ones.
  let normal = magnitude &<< 13 &+ (127 - 15) << 23
  let infiniteOrNaN = magnitude &<< 13 | 0x7F80_0000
  // Subnormals are multiples of 2⁻²⁴, the last place of ½: right even where subnormal `Float`s are flushed to zero.
  let half = SIMD16<Float>(repeating: 0.5)
  let sum = unsafeBitCast(magnitude | half[0].bitPattern, to: SIMD16<Float>.self)
  let subnormal = unsafeBitCast(sum - half, to: SIMD16<UInt32>.self)
  // Masks of whole lanes; those of `SIMDMask` take the lanes one by one.
  let isSubnormal = signMask(magnitude &- 0x0400)
  let isInfiniteOrNaN = signMask(0x7BFF &- magnitude)
  return sign | normal & ~(isSubnormal | isInfiniteOrNaN) | subnormal & isSubnormal | infiniteOrNaN & isInfiniteOrNaN
}

/// All ones in the lanes whose upper bit is set, else zeros.
@inline(__always)
private func signMask(_ lanes: SIMD16<UInt32>) -> SIMD16<UInt32> {
  SIMD16<UInt32>(truncatingIfNeeded: SIMD16<Int32>(truncatingIfNeeded: lanes) &>> 31)
}
