import KernelInterface

/// AVX2 with FMA: sixteen registers of eight floats.
///
/// One vector of columns by six rows are 12 registers of sums. Multiplying and adding is one instruction, rounded once;
/// stores pass through the caches.
package enum Target {
  static let name = "avx2"

  /// The type of packed operands.
  typealias Operand = FP32

  /// Whether maps and operands may be in the type of `Operand` besides fp32.
  @inline(__always) static var hasNarrowMaps: Bool { false }

  @inline(__always)
  static var registerTile: RegisterTile { RegisterTile(rowsOfOne: 6, innerProductRows: 3) }

  /// The vectors of sums that hide the latency of multiplying and adding.
  @inline(__always) static var sumsInFlight: Int { 6 }

  @inline(__always)
  static func multiplyAdd(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum.addingProduct(a, b) }

  @inline(__always)
  static func storeNonTemporal(_ vector: Lanes, _ line: UnsafeMutableRawPointer) { store(vector, line) }

  @inline(__always)
  static func fence() {}

  @inline(__always)
  static func silu(_ x: Lanes) -> Lanes { siluByDivision(x) }
}
