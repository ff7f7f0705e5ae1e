import KernelInterface

extension InstructionSet {
  /// Measures the most multiply-accumulates a second that this many threads can do together with these instructions.
  ///
  /// Each thread multiplies one tile, the one that matrix products are made of, again and again, with numbers that stay in
  /// the first-level cache: nothing but multiplications, additions and what it takes to feed them. The best of some rounds
  /// counts, since whatever else the machine does can only make one slower.
  package func measurePeak(threads: Int) -> Double {
    let pool = ThreadPool(threads: threads)
    let tiles = (0..<pool.threads).map { _ in PeakTile(code) }
    let clock = ContinuousClock()
    // Several pieces for each thread, so that one that wakes late does not double the time of the others.
    let pieces = 4 * pool.threads
    func seconds(_ repeats: Int) -> Double {
      clock.measure {
        pool.forEachWithSlot(pieces) { _, slot in
          for _ in 0..<repeats { tiles[slot].multiply() }
        }
      } / .seconds(1)
    }
    // At first processors may be asleep, or saving energy.
    var repeats = 1
    while seconds(repeats) < PeakTile.roundSeconds { repeats *= 2 }
    let best = (0..<PeakTile.rounds).map { _ in seconds(repeats) }.min() ?? 0
    return Double(pieces * repeats * PeakTile.multiplications(code)) / best
  }
}

/// A tile of a matrix product, and the operands for it.
private final class PeakTile: @unchecked Sendable {
  private let code: VectorCode
  /// The panel, the weights, and the results.
  private let memory: UnsafeMutablePointer<Float>
  private let depths: UnsafeMutablePointer<UInt8>

  static let roundSeconds = 0.003
  static let rounds = 10

  /// Two vectors of columns, for which every instruction set has tiles of the most rows.
  private static let columns = 32
  /// At which the operands of the largest tile fill three quarters of a cache of 32 KiB.
  private static let depth = 128

  private static func rows(_ code: VectorCode) -> Int { code.limits.rows[min(2, code.limits.vectors)] }

  static func multiplications(_ code: VectorCode) -> Int { rows(code) * columns * depth }

  init(_ code: VectorCode) {
    self.code = code
    let rows = Self.rows(code)
    let count = rows * Self.depth + Self.depth * Self.columns + rows * Self.columns
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
    memory = bytes.bindMemory(to: Float.self, capacity: count)
    memory.initialize(repeating: 0.5, count: count)
    depths = .allocate(capacity: Self.depth / 16)
    depths.initialize(repeating: 16, count: Self.depth / 16)
  }

  deinit {
    memory.deallocate()
    depths.deallocate()
  }

  func multiply() {
    let rows = Self.rows(code)
    let weights = memory + rows * Self.depth
    let groups = code.limits.groups(ofVectors: Self.columns / 16)
    code.multiply(
      PanelProduct(
        panel: UnsafePointer(memory), blockStride: rows * 16, rows: rows, depths: UnsafePointer(depths),
        blocks: Self.depth / 16, depth: Self.depth, weights: UnsafePointer(weights), groups: groups, firstGroup: 0,
        groupCount: groups.count, columns: Self.columns, output: weights + Self.depth * Self.columns,
        outputStride: Self.columns))
  }
}
