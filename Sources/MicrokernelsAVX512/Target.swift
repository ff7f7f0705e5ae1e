import CProcessor
import KernelInterface

/// AVX-512 (F, BW, CD, DQ, VL): thirty-two registers of sixteen floats.
///
/// Two vectors of columns by fourteen rows are 28 registers of sums, three by nine 27; the others hold weights and one
/// element of the panel. Multiplying and adding is one instruction, rounded once; large maps are written with
/// non-temporal stores.
package enum Target {
  static let name = "avx512"

  /// The type of packed operands.
  typealias Operand = FP32

  /// Whether maps and operands may be in the type of `Operand` besides fp32.
  @inline(__always) static var hasNarrowMaps: Bool { false }

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
  static func silu(_ x: Lanes) -> Lanes { siluByReciprocal(x) }
}
