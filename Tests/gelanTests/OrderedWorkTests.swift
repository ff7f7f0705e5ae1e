import Foundation
import Synchronization
import Testing

@testable import gelan

/// Work that threads share keeps its order and its bounds.
@Suite struct OrderedWorkTests {
  /// What the threads of one case did.
  private final class Record: Sendable {
    let claimed = Atomic<Int>(0)
    let taken = Atomic<Int>(0)
    let furthest = Atomic<Int>(0)
  }

  /// Starts threads that square indices, some of them slowly.
  private func start(_ work: OrderedWork<Int>, threads: Int, _ record: Record) -> [WorkerThread] {
    (0..<threads).compactMap { slot in
      WorkerThread {
        while let index = work.claim() {
          record.claimed.add(1, ordering: .relaxed)
          record.furthest.max(index - record.taken.load(ordering: .sequentiallyConsistent), ordering: .relaxed)
          if index % 7 == slot % 7 { usleep(300) }
          work.deliver(index * index, for: index)
        }
      }
    }
  }

  @Test(arguments: [(0, 3, 4), (1, 3, 4), (500, 1, 1), (500, 6, 1), (500, 6, 4), (500, 3, 1000)])
  func resultsComeInOrder(_ count: Int, _ threads: Int, _ window: Int) {
    let (work, record) = (OrderedWork<Int>(count: count, window: window), Record())
    let crew = start(work, threads: threads, record)
    #expect(crew.count == threads)
    var results: [Int] = []
    loop: while true {
      switch work.next() {
      case .result(let value):
        results.append(value)
        record.taken.store(results.count, ordering: .sequentiallyConsistent)
      case .wait: continue
      case .end: break loop
      }
    }
    for thread in crew { thread.join() }
    #expect(results == (0..<count).map { $0 * $0 })
    // A result is taken before this loop has counted it: the last index of the window may be claimed in between.
    #expect(record.furthest.load(ordering: .relaxed) <= window)
  }

  @Test func whatWasClaimedBeforeAStopIsDelivered() {
    let (work, record) = (OrderedWork<Int>(count: 10_000, window: 8), Record())
    let crew = start(work, threads: 4, record)
    var results: [Int] = []
    loop: while true {
      switch work.next() {
      case .result(let value):
        results.append(value)
        if results.count == 50 { work.stop() }
      case .wait: continue
      case .end: break loop
      }
    }
    for thread in crew { thread.join() }
    #expect(results == (0..<results.count).map { $0 * $0 })
    #expect(results.count == record.claimed.load(ordering: .relaxed))
    // The window's worth beyond the fiftieth, which was taken already.
    #expect((50...58).contains(results.count))
    #expect(work.claim() == nil)
  }

  /// Nobody takes results any more: the threads still end.
  @Test func aStopFreesThreadsThatWait() {
    let (work, record) = (OrderedWork<Int>(count: 100, window: 2), Record())
    let crew = start(work, threads: 4, record)
    usleep(2000)
    work.stop()
    for thread in crew { thread.join() }
    #expect(record.claimed.load(ordering: .relaxed) <= 2)
  }
}
