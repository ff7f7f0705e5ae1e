import CProcessor
import KernelInterface

/// AVX-512 with the dot products of AVX512-BF16: packed operands hold two elements of bf16 to a lane, and one instruction
/// adds both products to an fp32 sum.
///
/// Maps may be in bf16 or fp32, and the few GEMMs whose operands stay in fp32 write either. Registers and stores are those
/// of AVX-512; SiLU is computed to 2⁻¹² of it, a sixteenth of what rounding to bf16 may do.
package enum Target {
  static let name = "avx512-bf16"

  /// The type of packed operands.
  typealias Operand = BF16

  /// Whether maps and operands may be in the type of `Operand` besides fp32.
  @inline(__always) static var hasNarrowMaps: Bool { true }

  @inline(__always)
  static var registerTile: RegisterTile {
    RegisterTile(rowsOfOne: 14, rowsOfTwo: 14, rowsOfThree: 9, innerProductRows: 16)
  }

  /// The vectors of sums that hide the latency of multiplying and adding: four cycles, two at a time.
  @inline(__always) static var sumsInFlight: Int { 12 }

  @inline(__always)
  static func multiplyAdd(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum.addingProduct(a, b) }

  @inline(__always)
  static func storeNonTemporal(_ vector: Lanes, _ line: UnsafeMutableRawPointer) {
    gelan_stream(line.assumingMemoryBound(to: Float.self), vector)
  }

  @inline(__always)
  static func fence() { gelan_fence() }

  @inline(__always)
  static func silu(_ x: Lanes) -> Lanes { siluWithinBF16(x) }
}
