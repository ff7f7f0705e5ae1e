import Elements
import KernelInterface

extension InstructionSet {
  /// Measures the most multiply-accumulates a second that this many threads can do together with these instructions, in
  /// registers alone; 0 if they have no microkernels for operands of that type.
  ///
  /// The best of some rounds counts, since whatever else the machine does can only make one slower.
  package func measurePeak(threads: Int, elementType: ElementType = .fp32) -> Double {
    guard let gemm = microkernels[elementType]?.gemm else { return 0 }
    let (clock, pool) = (ContinuousClock(), ThreadPool(threads: threads))
    // Several pieces for each thread, so that one that wakes late does not double the time of the others.
    let pieces = 4 * pool.threads
    let result = UnsafeMutablePointer<Float>.allocate(capacity: laneCount * pool.threads)
    result.initialize(repeating: 1, count: laneCount * pool.threads)
    defer { result.deallocate() }
    func seconds(_ count: Int) -> Double {
      clock.measure { pool.forEachWithSlot(pieces) { _, slot in gemm.multiplyAdds(count, result + laneCount * slot) } }
        / .seconds(1)
    }
    // At first processors may be asleep, or saving energy.
    var count = 1000
    while seconds(count) < 0.003 { count *= 2 }
    let best = (0..<40).map { _ in seconds(count) }.min() ?? 0
    return Double(pieces * count * 12 * laneCount * elementType.dotLength) / best
  }
}
