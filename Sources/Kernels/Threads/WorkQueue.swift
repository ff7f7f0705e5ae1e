import CProcessor
import Glibc
import KernelInterface
import Synchronization

/// The state that the workers of one pool and its callers share, with work stealing; it outlives the pool until the last
/// worker has left.
///
/// A job is divided into one range of neighbouring indices for each thread. Neighbouring indices are neighbouring parts of
/// a feature map, so each thread finds in its own caches what it wrote a step before; cores may lie on different dies. A
/// thread that has finished its range steals single indices from the ends of the others', so a slow thread, or one that
/// has not woken, delays the job by at most one index.
///
/// `@unchecked`: a body is written before the atomic state of its range, and the POSIX objects are made to be shared. A
/// body runs only between its offer and the end of `run`.
final class WorkQueue: @unchecked Sendable {
  private let callers = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let sleep = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let jobOffered = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let workersLeft = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private let ranges: UnsafeMutableRawPointer
  /// The number of threads, the caller's included; set before the first job, which publishes it to the workers.
  private var threadCount: Int
  /// The workers that sleep, or are about to, and whether the caller does. A thread announces its sleep before its last
  /// look at the condition, and who changes the condition reads the announcement afterwards, sequentially consistent: no
  /// wake-up is lost.
  private let sleepingWorkers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)

  /// The bounds of polling before a thread sleeps, from which it takes some fifty microseconds to wake: first with `pause`,
  /// then with `sched_yield`. Together they last about a millisecond, longer than the gaps between a network's steps.
  private static let relaxations = 1000
  private static let yields = 1500

  /// Marks threads that are inside a body of any pool: a nested call must not wait for a queue that waits for it.
  private static let bodyMarker: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    require(status == 0, "The system refused a thread-specific key with error \(status).")
    return key
  }()

  static var isRunningBody: Bool { pthread_getspecific(bodyMarker) != nil }

  /// - Parameter capacity: the largest number of threads, the caller's included.
  init(capacity: Int) {
    threadCount = capacity
    ranges = .allocate(byteCount: capacity * WorkRange.stride, alignment: WorkRange.stride)
    for slot in 0..<capacity {
      (ranges + slot * WorkRange.stride).initializeMemory(as: WorkRange.self, to: WorkRange())
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
    ranges.deallocate()
  }

  /// Drops the ranges of threads that could not be started; no job may have been run.
  func keepRanges(_ count: Int) { threadCount = count }

  private func range(_ slot: Int) -> UnsafeMutablePointer<WorkRange> {
    (ranges + slot * WorkRange.stride).assumingMemoryBound(to: WorkRange.self)
  }

  /// Runs `body` for every index below `count`, as slot 0 and on the workers, and returns when all have run.
  func run(_ count: Int, _ body: UnsafePointer<WorkRange.Body>) {
    pthread_mutex_lock(callers)
    // Rounded up, since the caller is the thread that is certain to be awake.
    func start(_ slot: Int) -> Int { (slot * count + threadCount - 1) / threadCount }
    for slot in 0..<threadCount { range(slot).pointee.setIndices(start(slot)..<start(slot + 1)) }
    for slot in 1..<threadCount {
      range(slot).pointee.body = body
      range(slot).pointee.state.store(.offered, ordering: .sequentiallyConsistent)
    }
    if sleepingWorkers.load(ordering: .sequentiallyConsistent) > 0 { wake(jobOffered) }

    takeIndices(body, slot: 0)

    // A worker that has not taken its offer by now is not needed: the caller waits only for those that did.
    for slot in 1..<threadCount {
      let offer = range(slot).pointee.state.compareExchange(
        expected: .offered, desired: .idle, ordering: .acquiring)
      if !offer.exchanged { waitUntilIdle(slot) }
    }
    pthread_mutex_unlock(callers)
  }

  private func waitUntilIdle(_ slot: Int) {
    func isIdle() -> Bool { range(slot).pointee.state.load(ordering: .sequentiallyConsistent) == .idle }
    if poll(until: isIdle) { return }
    pthread_mutex_lock(sleep)
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while !isIdle() { pthread_cond_wait(workersLeft, sleep) }
    callerSleeps.store(false, ordering: .relaxed)
    pthread_mutex_unlock(sleep)
  }

  /// Runs as the body of one worker thread until the queue is dismissed.
  func work(slot: Int) {
    while true {
      waitForOffer(slot)
      let offer = range(slot).pointee.state.compareExchange(
        expected: .offered, desired: .taken, ordering: .acquiring)
      if offer.original == .dismissed { return }
      if !offer.exchanged { continue }

      if let body = range(slot).pointee.body { takeIndices(body, slot: slot) }

      range(slot).pointee.state.store(.idle, ordering: .sequentiallyConsistent)
      if callerSleeps.load(ordering: .sequentiallyConsistent) { wake(workersLeft) }
    }
  }

  private func waitForOffer(_ slot: Int) {
    func isWanted() -> Bool {
      range(slot).pointee.state.load(ordering: .sequentiallyConsistent) != .idle
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
    for slot in 1..<threadCount {
      range(slot).pointee.state.store(.dismissed, ordering: .sequentiallyConsistent)
    }
    wake(jobOffered)
  }

  private func wake(_ condition: UnsafeMutablePointer<pthread_cond_t>) {
    // A thread that is about to sleep holds the lock until it does.
    pthread_mutex_lock(sleep)
    pthread_mutex_unlock(sleep)
    pthread_cond_broadcast(condition)
  }

  /// Not inlined, so that every reference to the body is gone when it returns.
  @inline(never)
  private func takeIndices(_ body: UnsafePointer<WorkRange.Body>, slot: Int) {
    pthread_setspecific(Self.bodyMarker, UnsafeRawPointer(ranges))
    while let index = range(slot).pointee.takeFirst() { body.pointee(index, slot) }
    for distance in 1..<threadCount {
      let other = range((slot + distance) % threadCount)
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
