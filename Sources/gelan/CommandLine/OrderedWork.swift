import Glibc

/// Pieces of work that several threads do at once, and whose results come out in order.
///
/// Workers claim indices one after the other, never more than `window` ahead of the result that is waited for: however
/// long one piece takes, only that many results are held.
///
/// `@unchecked`: everything below the mutex is only touched while it is locked.
final class OrderedWork<Result: Sendable>: @unchecked Sendable {
  private let count: Int
  private let window: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let resultArrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let roomMade = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private var claimed = 0
  private var taken = 0
  private var isStopped = false
  private var results: [Int: Result] = [:]

  /// What a caller of `next` is told.
  enum Next {
    case result(Result)
    /// Nothing came in the time given.
    case wait
    /// There is nothing more to come.
    case end
  }

  init(count: Int, window: Int) {
    self.count = count
    self.window = max(window, 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(resultArrived, nil)
    pthread_cond_init(roomMade, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(resultArrived)
    pthread_cond_destroy(roomMade)
    mutex.deallocate()
    resultArrived.deallocate()
    roomMade.deallocate()
  }

  /// Claims the next piece for the calling worker, when there is room for its result; nothing when there is no more.
  /// Every piece that was claimed must be delivered.
  func claim() -> Int? {
    locked {
      while !isStopped, claimed < count, claimed - taken >= window { pthread_cond_wait(roomMade, mutex) }
      guard !isStopped, claimed < count else { return nil }
      defer { claimed += 1 }
      return claimed
    }
  }

  func deliver(_ result: Result, for index: Int) {
    locked {
      results[index] = result
      pthread_cond_signal(resultArrived)
    }
  }

  /// Takes the next result in order, waiting for it for a tenth of a second at most.
  func next() -> Next {
    locked {
      if results[taken] == nil, taken < claimed || (!isStopped && taken < count) {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let nanoseconds = deadline.tv_nsec + 100_000_000
        deadline = timespec(tv_sec: deadline.tv_sec + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        pthread_cond_timedwait(resultArrived, mutex, &deadline)
      }
      if let result = results.removeValue(forKey: taken) {
        taken += 1
        pthread_cond_broadcast(roomMade)
        return .result(result)
      }
      return taken < claimed || (!isStopped && taken < count) ? .wait : .end
    }
  }

  /// Lets workers claim nothing more; what was claimed is still delivered.
  func stop() {
    locked {
      isStopped = true
      pthread_cond_broadcast(roomMade)
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
