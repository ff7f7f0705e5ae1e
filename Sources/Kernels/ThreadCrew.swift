import CProcessor
import Glibc
import KernelInterface
import Synchronization

/// Names one call of `ThreadPool.forEachWithSlot`.
///
/// The body is held by address: a worker that kept a reference of its own a moment past the end of the call would turn
/// a body that must not escape into one that did.
struct ThreadJob {
  typealias Body = (_ index: Int, _ slot: Int) -> Void

  let count: Int
  let body: UnsafePointer<Body>
}

/// Holds what the workers of one pool and its callers share; it outlives the pool until the last worker has left.
///
/// `@unchecked`: `job` and `isDismissed` are only touched while `state` is locked, the counters are atomic, and the
/// POSIX objects are made to be shared. A job's body is only run between its posting and the end of `run`.
final class ThreadCrew: @unchecked Sendable {
  private let callers = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let state = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let jobPosted = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let workersLeft = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private var job: ThreadJob?
  private var isDismissed = false
  private let generation = Atomic<Int>(0)
  private let nextIndex = Atomic<Int>(0)
  private let activeWorkers = Atomic<Int>(0)

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

  init() {
    pthread_mutex_init(callers, nil)
    pthread_mutex_init(state, nil)
    pthread_cond_init(jobPosted, nil)
    pthread_cond_init(workersLeft, nil)
  }

  deinit {
    pthread_mutex_destroy(callers)
    pthread_mutex_destroy(state)
    pthread_cond_destroy(jobPosted)
    pthread_cond_destroy(workersLeft)
    callers.deallocate()
    state.deallocate()
    jobPosted.deallocate()
    workersLeft.deallocate()
  }

  /// Posts a job, takes part in it as slot 0 and returns when every index has been run.
  func run(_ newJob: ThreadJob) {
    pthread_mutex_lock(callers)
    pthread_mutex_lock(state)
    job = newJob
    nextIndex.store(0, ordering: .relaxed)
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_mutex_unlock(state)
    pthread_cond_broadcast(jobPosted)

    takeIndices(of: newJob, slot: 0)

    // Workers that have not joined by now need not: only those that did are waited for.
    pthread_mutex_lock(state)
    job = nil
    pthread_mutex_unlock(state)
    poll { activeWorkers.load(ordering: .acquiring) == 0 }
    pthread_mutex_lock(state)
    while activeWorkers.load(ordering: .acquiring) > 0 { pthread_cond_wait(workersLeft, state) }
    pthread_mutex_unlock(state)
    pthread_mutex_unlock(callers)
  }

  /// Runs as the body of one worker thread until the crew is dismissed.
  func work(slot: Int) {
    var seen = 0
    while true {
      poll { generation.load(ordering: .acquiring) != seen }
      pthread_mutex_lock(state)
      while generation.load(ordering: .acquiring) == seen && !isDismissed { pthread_cond_wait(jobPosted, state) }
      seen = generation.load(ordering: .acquiring)
      let joined = job
      let leaves = isDismissed
      if !leaves && joined != nil { activeWorkers.wrappingAdd(1, ordering: .relaxed) }
      pthread_mutex_unlock(state)
      if leaves { return }
      guard let joined else { continue }

      takeIndices(of: joined, slot: slot)

      pthread_mutex_lock(state)
      if activeWorkers.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
        pthread_cond_signal(workersLeft)
      }
      pthread_mutex_unlock(state)
    }
  }

  /// Tells every worker to leave.
  func dismiss() {
    pthread_mutex_lock(state)
    isDismissed = true
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_mutex_unlock(state)
    pthread_cond_broadcast(jobPosted)
  }

  /// Not inlined, so that every reference to the body is gone when it returns.
  @inline(never)
  private func takeIndices(of job: ThreadJob, slot: Int) {
    pthread_setspecific(Self.bodyMarker, UnsafeRawPointer(state))
    while true {
      let index = nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
      if index >= job.count { break }
      job.body.pointee(index, slot)
    }
    pthread_setspecific(Self.bodyMarker, nil)
  }

  @inline(__always)
  private func poll(_ isReady: () -> Bool) {
    for _ in 0..<Self.relaxations {
      if isReady() { return }
      gelan_relax()
    }
    for _ in 0..<Self.yields {
      if isReady() { return }
      sched_yield()
    }
  }
}
