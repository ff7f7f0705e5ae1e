import Elements

/// The lanes of a vector, 32 bits each: one register of AVX-512, two of AVX2, four of the baseline. Packed weights and
/// panels are made of whole vectors, and so are loops over channels, with every instruction set.
@inlinable
package var laneCount: Int {
  @inline(__always) get { 16 }
}

/// The bytes of a vector, which are a cache line. A lane holds one element of fp32, or two neighbours in bf16.
@inlinable
package var vectorBytes: Int {
  @inline(__always) get { 64 }
}

/// The bytes of a lane.
@inlinable
package var laneBytes: Int {
  @inline(__always) get { 4 }
}

extension ElementType {
  /// How many neighbours in the depth of a GEMM one lane of a packed operand holds, whose products one instruction sums:
  /// XNNPACK's `kr`.
  package var dotLength: Int { max(1, laneBytes / byteCount) }
}
