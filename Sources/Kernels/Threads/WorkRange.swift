import Synchronization

/// One thread's place in a crew: the work it is offered and what is left of its share.
///
/// A seat has its cache lines to itself, so that beginning and ending a job moves one line for each thread from core to
/// core, and taking an index of the own share none.
struct ThreadSeat: ~Copyable {
  typealias Body = (_ index: Int, _ slot: Int) -> Void

  /// What the thread of a seat has to do. Whoever offers a job takes it back unless the thread has taken it by then.
  enum State: Int, AtomicRepresentable {
    case idle, offered, taken, dismissed
  }

  /// The bytes from one seat to the next: two cache lines, because processors fetch them in pairs.
  static let stride = 128

  let state = Atomic<State>(.idle)
  /// The end of the share in the upper half, its first index in the lower.
  private let share = Atomic<UInt64>(0)
  /// Held by address: a thread that kept a reference of its own a moment past the end of the call would turn a body
  /// that must not escape into one that did.
  var body: UnsafePointer<Body>?

  func setShare(_ indices: Range<Int>) {
    share.store(UInt64(indices.upperBound) << 32 | UInt64(indices.lowerBound), ordering: .relaxed)
  }

  /// Takes the next index, for the thread whose seat it is.
  func takeFirst() -> Int? {
    take { first, end in (first, first + 1, end) }
  }

  /// Takes the index that the thread would come to last, for one that has nothing left to do.
  func takeLast() -> Int? {
    take { first, end in (end - 1, first, end - 1) }
  }

  @inline(__always)
  private func take(_ split: (_ first: UInt64, _ end: UInt64) -> (index: UInt64, first: UInt64, end: UInt64)) -> Int? {
    var current = share.load(ordering: .relaxed)
    while true {
      let (first, end) = (current & 0xffff_ffff, current >> 32)
      if first >= end { return nil }
      let next = split(first, end)
      let (exchanged, original) = share.compareExchange(
        expected: current, desired: next.end << 32 | next.first, ordering: .relaxed)
      if exchanged { return Int(next.index) }
      current = original
    }
  }
}
