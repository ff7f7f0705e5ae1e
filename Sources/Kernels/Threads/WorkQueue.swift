import CProcessor
import Glibc
import KernelInterface
import Synchronization

/// Holds what the workers of one pool and its callers share; it outlives the pool until the last worker has left.
///
/// A job is divided into one share of neighbouring indices for each seat. Neighbouring indices are neighbouring parts of
/// a map, so every thread finds in its own caches what it wrote a step before; a core may be far from the other's, on
/// another die even, or be made to seem so by a virtual machine. Who has finished takes from the ends of the others'
/// shares, so a slow thread, or one that has not woken, delays nobody by more than one index.
///
/// `@unchecked`: bodies are written before a seat's state is, which is atomic, and the POSIX objects are made to be
/// shared. A body is only run between its offer and the end of `run`.
final class ThreadCrew: @unchecked Sendable {
  private let callers = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let sleep = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let jobOffered = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let workersLeft = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private let seats: UnsafeMutableRawPointer
  /// How many threads there are, the caller's included; told before the first job, with which workers come to know it.
  private var seatCount: Int
  /// The workers that sleep, or are about to, and whether the caller does. Both are announced before a last look at what
  /// they would wait for, and asked for after that has been changed, all in one order for all threads: so none sleeps on.
  private let sleepingWorkers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)

  /// Bound the polling before a thread goes to sleep, from which it takes some fifty microseconds to wake: first without
  /// leaving the processor, then giving way to others that want it. Together they last about a millisecond, longer than
  /// anything that happens between the steps of a network.
  private static let relaxations = 1000
  private static let yields = 1500

  /// Marks threads that are inside a body of any pool: a nested call must not wait for a crew that waits for it.
  private static let bodyMarker: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    require(status == 0, "The system refused a thread-specific key with error \(status).")
    return key
  }()

  static var isRunningBody: Bool { pthread_getspecific(bodyMarker) != nil }

  /// - Parameter capacity: how many threads there may be, the caller's included.
  init(capacity: Int) {
    seatCount = capacity
    seats = .allocate(byteCount: capacity * ThreadSeat.stride, alignment: ThreadSeat.stride)
    for slot in 0..<capacity {
      (seats + slot * ThreadSeat.stride).initializeMemory(as: ThreadSeat.self, to: ThreadSeat())
    }
    pthread_mutex_init(callers, nil)
    pthread_mutex_init(sleep, nil)
    pthread_cond_init(jobOffered, nil)
    pthread_cond_init(workersLeft, nil)
  }

  deinit {
    pthread_mutex_destroy(callers)
    pthread_mutex_destroy(sleep)
    pthread_cond_destroy(jobOffered)
    pthread_cond_destroy(workersLeft)
    callers.deallocate()
    sleep.deallocate()
    jobOffered.deallocate()
    workersLeft.deallocate()
    seats.deallocate()
  }

  /// Takes away the seats of threads that could not be started; no job may have been run.
  func keepSeats(_ count: Int) { seatCount = count }

  private func seat(_ slot: Int) -> UnsafeMutablePointer<ThreadSeat> {
    (seats + slot * ThreadSeat.stride).assumingMemoryBound(to: ThreadSeat.self)
  }

  /// Runs `body` for every index below `count`, as slot 0 with the help of the workers, and returns when all have been.
  func run(_ count: Int, _ body: UnsafePointer<ThreadSeat.Body>) {
    pthread_mutex_lock(callers)
    // Rounded up, since the caller is the thread that is certain to be awake.
    func start(_ slot: Int) -> Int { (slot * count + seatCount - 1) / seatCount }
    for slot in 0..<seatCount { seat(slot).pointee.setShare(start(slot)..<start(slot + 1)) }
    for slot in 1..<seatCount {
      seat(slot).pointee.body = body
      seat(slot).pointee.state.store(.offered, ordering: .sequentiallyConsistent)
    }
    if sleepingWorkers.load(ordering: .sequentiallyConsistent) > 0 { wake(jobOffered) }

    takeIndices(body, slot: 0)

    // Workers that have not joined by now need not: only those that did are waited for.
    for slot in 1..<seatCount {
      let offer = seat(slot).pointee.state.compareExchange(
        expected: .offered, desired: .idle, ordering: .acquiring)
      if !offer.exchanged { waitUntilIdle(slot) }
    }
    pthread_mutex_unlock(callers)
  }

  private func waitUntilIdle(_ slot: Int) {
    func isIdle() -> Bool { seat(slot).pointee.state.load(ordering: .sequentiallyConsistent) == .idle }
    if poll(until: isIdle) { return }
    pthread_mutex_lock(sleep)
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while !isIdle() { pthread_cond_wait(workersLeft, sleep) }
    callerSleeps.store(false, ordering: .relaxed)
    pthread_mutex_unlock(sleep)
  }

  /// Runs as the body of one worker thread until the crew is dismissed.
  func work(slot: Int) {
    while true {
      waitForOffer(slot)
      let offer = seat(slot).pointee.state.compareExchange(
        expected: .offered, desired: .taken, ordering: .acquiring)
      if offer.original == .dismissed { return }
      if !offer.exchanged { continue }

      if let body = seat(slot).pointee.body { takeIndices(body, slot: slot) }

      seat(slot).pointee.state.store(.idle, ordering: .sequentiallyConsistent)
      if callerSleeps.load(ordering: .sequentiallyConsistent) { wake(workersLeft) }
    }
  }

  private func waitForOffer(_ slot: Int) {
    func isWanted() -> Bool {
      seat(slot).pointee.state.load(ordering: .sequentiallyConsistent) != .idle
    }
    if poll(until: isWanted) { return }
    pthread_mutex_lock(sleep)
    sleepingWorkers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while !isWanted() { pthread_cond_wait(jobOffered, sleep) }
    sleepingWorkers.wrappingSubtract(1, ordering: .relaxed)
    pthread_mutex_unlock(sleep)
  }

  /// Tells every worker to leave; no job may be running.
  func dismiss() {
    for slot in 1..<seatCount {
      seat(slot).pointee.state.store(.dismissed, ordering: .sequentiallyConsistent)
    }
    wake(jobOffered)
  }

  private func wake(_ condition: UnsafeMutablePointer<pthread_cond_t>) {
    // Whoever is about to sleep holds the lock until it does.
    pthread_mutex_lock(sleep)
    pthread_mutex_unlock(sleep)
    pthread_cond_broadcast(condition)
  }

  /// Not inlined, so that every reference to the body is gone when it returns.
  @inline(never)
  private func takeIndices(_ body: UnsafePointer<ThreadSeat.Body>, slot: Int) {
    pthread_setspecific(Self.bodyMarker, UnsafeRawPointer(seats))
    while let index = seat(slot).pointee.takeFirst() { body.pointee(index, slot) }
    for distance in 1..<seatCount {
      let other = seat((slot + distance) % seatCount)
      while let index = other.pointee.takeLast() { body.pointee(index, slot) }
    }
    pthread_setspecific(Self.bodyMarker, nil)
  }

  /// Whether `isReady` came true while this thread was awake.
  @inline(__always)
  private func poll(until isReady: () -> Bool) -> Bool {
    for _ in 0..<Self.relaxations {
      if isReady() { return true }
      gelan_relax()
    }
    for _ in 0..<Self.yields {
      if isReady() { return true }
      sched_yield()
    }
    return false
  }
}
