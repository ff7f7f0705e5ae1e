import Glibc
import KernelInterface
import Synchronization

/// Spreads independent pieces of work over a fixed number of threads, the calling thread being one of them.
///
/// Every thread begins with a range of neighbouring indices, always the same for the same count, and then steals single
/// indices from others. Calls from several threads run one after the other; a call made from inside a
/// body runs its indices on the calling thread.
package final class ThreadPool: Sendable {
  /// Counts the threads that run bodies, including the one that calls `forEach`.
  package let threads: Int

  private let queue: WorkQueue
  private let workers: [pthread_t]
  /// More than any machine has processors for.
  private static let mostThreads = 4096

  /// Starts `threads - 1` workers, which wait for work, asleep after a millisecond without any; fewer where the
  /// system refuses more, and 4096 at most.
  package init(threads: Int) {
    require(threads >= 1, "A thread pool needs at least one thread, not \(threads).")
    let threads = min(threads, Self.mostThreads)
    let queue = WorkQueue(capacity: threads)
    var workers: [pthread_t] = []
    for slot in 1..<threads {
      var worker = pthread_t()
      let start = Unmanaged.passRetained(WorkerStart(queue: queue, slot: slot))
      let status = pthread_create(
        &worker, nil,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
          start.queue.work(slot: start.slot)
          return nil
        }, start.toOpaque())
      guard status == 0 else {
        start.release()
        break
      }
      workers.append(worker)
    }
    queue.keepRanges(workers.count + 1)
    self.queue = queue
    self.workers = workers
    self.threads = workers.count + 1
  }

  deinit {
    queue.dismiss()
    for worker in workers { pthread_join(worker, nil) }
  }

  /// Runs `body` once for each index in `0..<count` and returns when all have finished.
  package func forEach(_ count: Int, _ body: (Int) -> Void) {
    forEachWithSlot(count) { index, _ in body(index) }
  }

  /// Runs `body(index, slot)` once for each index in `0..<count`.
  ///
  /// `slot` is in `0..<threads` and no two bodies of this call that run at the same time share it, so it can select
  /// a thread's own part of a scratch buffer.
  package func forEachWithSlot(_ count: Int, _ body: (_ index: Int, _ slot: Int) -> Void) {
    require(0...Int(UInt32.max) ~= count, "A thread pool runs 0 to \(UInt32.max) bodies, not \(count).")
    if threads == 1 || count <= 1 || WorkQueue.isRunningBody {
      for index in 0..<max(count, 0) { body(index, 0) }
    } else {
      withoutActuallyEscaping(body) { body in
        withUnsafePointer(to: body) { queue.run(count, $0) }
      }
    }
  }

  /// Splits `0..<count` into contiguous ranges of at least `grain` items and runs `body` once for each.
  ///
  /// A few ranges per thread leave room for balancing; `grain` keeps small jobs from waking anyone.
  func forEachRange(_ count: Int, atLeast grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let parts = max(1, min(threads == 1 ? 1 : 4 * threads, count / max(1, grain)))
    forEach(parts) { part in body(part * count / parts..<(part + 1) * count / parts) }
  }
}

/// Carries a worker's arguments through `pthread_create`.
private final class WorkerStart: Sendable {
  let queue: WorkQueue
  let slot: Int

  init(queue: WorkQueue, slot: Int) {
    self.queue = queue
    self.slot = slot
  }
}
