import KernelInterface

/// What every processor of the architecture has: SSE2 on x86-64, Neon on arm64.
///
/// Sixteen registers of four floats on x86-64: one vector of columns by three rows are 12 registers of sums. Thirty-two on
/// arm64: six rows are 24. x86-64 multiplies and adds in two instructions here; stores pass through the caches.
package enum Target {
  static let name = "baseline"

  /// The type of packed operands.
  typealias Operand = FP32

  /// Whether maps and operands may be in the type of `Operand` besides fp32.
  @inline(__always) static var hasNarrowMaps: Bool { false }

  #if arch(arm64)
    @inline(__always)
    static var registerTile: RegisterTile { RegisterTile(rowsOfOne: 6, innerProductRows: 3) }

    /// The vectors of sums that hide the latency of multiplying and adding.
    @inline(__always) static var sumsInFlight: Int { 6 }

    @inline(__always)
    static func multiplyAdd(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum.addingProduct(a, b) }
  #else
    @inline(__always)
    static var registerTile: RegisterTile { RegisterTile(rowsOfOne: 3, innerProductRows: 2) }

    /// The vectors of sums that hide the latency of multiplying and adding.
    @inline(__always) static var sumsInFlight: Int { 3 }

    /// `addingProduct` would call the C library for every lane.
    @inline(__always)
    static func multiplyAdd(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum + a * b }
  #endif

  @inline(__always)
  static func storeNonTemporal(_ vector: Lanes, _ line: UnsafeMutableRawPointer) { store(vector, line) }

  @inline(__always)
  static func fence() {}

  @inline(__always)
  static func silu(_ x: Lanes) -> Lanes { siluByDivision(x) }
}
