import Synchronization

/// One thread's range of a job's indices, and the job that it is offered.
///
/// A range has its cache lines to itself: beginning and ending a job moves one line for each thread from core to core, and
/// taking an index of the thread's own range moves none.
struct WorkRange: ~Copyable {
  typealias Body = (_ index: Int, _ slot: Int) -> Void

  /// What the thread of a range has to do. The caller withdraws an offer that the thread has not taken by the end of the job.
  enum State: Int, AtomicRepresentable {
    case idle, offered, taken, dismissed
  }

  /// The bytes from one range to the next: two cache lines, because processors prefetch them in pairs.
  static let stride = 128

  let state = Atomic<State>(.idle)
  /// The end of the range in the upper half, its first index in the lower.
  private let indices = Atomic<UInt64>(0)
  /// Held by address: a reference that a thread kept past the end of the call would let a non-escaping body escape.
  var body: UnsafePointer<Body>?

  func setIndices(_ range: Range<Int>) {
    indices.store(UInt64(range.upperBound) << 32 | UInt64(range.lowerBound), ordering: .relaxed)
  }

  /// Takes the next index, for the thread that owns the range.
  func takeFirst() -> Int? {
    take { first, end in (first, first + 1, end) }
  }

  /// Steals the last index, for a thread that has finished its own range.
  func takeLast() -> Int? {
    take { first, end in (end - 1, first, end - 1) }
  }

  @inline(__always)
  private func take(_ split: (_ first: UInt64, _ end: UInt64) -> (index: UInt64, first: UInt64, end: UInt64)) -> Int? {
    var current = indices.load(ordering: .relaxed)
    while true {
      let (first, end) = (current & 0xffff_ffff, current >> 32)
      if first >= end { return nil }
      let next = split(first, end)
      let (exchanged, original) = indices.compareExchange(
        expected: current, desired: next.end << 32 | next.first, ordering: .relaxed)
      if exchanged { return Int(next.index) }
      current = original
    }
  }
}
