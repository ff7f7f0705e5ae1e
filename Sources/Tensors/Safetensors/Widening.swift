/// Converts little-endian elements of a floating-point type to `Float`.
///
/// - Parameter bytes: the elements; any alignment.
/// - Returns: nil for types that hold no real floating-point numbers, or only eight bits of them.
package func widened(_ bytes: UnsafeRawBufferPointer, from type: ElementType) -> [Float]? {
  let count = bytes.count / type.byteCount
  switch type {
  case .float32:
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
      UnsafeMutableRawBufferPointer(values).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * 4)]))
      initialized = count
    }
  case .float16: return converted(bytes, count: count, from: UInt16.self, floatFromHalf)
  case .bfloat16: return converted(bytes, count: count, from: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
  case .float64: return converted(bytes, count: count, from: UInt64.self) { Float(Double(bitPattern: $0)) }
  default: return nil
  }
}

@inline(__always)
private func converted<Bits: FixedWidthInteger & BitwiseCopyable>(
  _ bytes: UnsafeRawBufferPointer, count: Int, from bits: Bits.Type, _ convert: (Bits) -> Float
) -> [Float] {
  [Float](unsafeUninitializedCapacity: count) { values, initialized in
    for index in 0..<count {
      let stride = MemoryLayout<Bits>.size
      let element = Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * stride, as: Bits.self))
      values.initializeElement(at: index, to: convert(element))
    }
    initialized = count
  }
}

/// The value of an IEEE 754 half-precision number, exactly.
///
/// Done in bits, because the processor's own conversion is an extension that not every x86-64 has.
@inline(__always)
func floatFromHalf(_ half: UInt16) -> Float {
  let sign = UInt32(half & 0x8000) << 16
  let magnitude = UInt32(half & 0x7FFF)
  // Five bits of exponent with bias 15 become eight with bias 127; all ones stay all ones.
  let normal = magnitude << 13 + (127 - 15) << 23
  let infiniteOrNaN = magnitude << 13 | 0x7F80_0000
  // Subnormals are multiples of 2⁻²⁴. The product is a normal `Float`, right even where those are flushed to zero.
  let subnormal = (Float(magnitude) * 0x1p-24).bitPattern
  let bits = magnitude >= 0x7C00 ? infiniteOrNaN : magnitude < 0x0400 ? subnormal : normal
  return Float(bitPattern: sign | bits)
}
