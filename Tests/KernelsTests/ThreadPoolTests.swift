import Glibc
import Synchronization
import Testing

@testable import Kernels

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 3, 7, 100, 5000])
  func runsEachIndexOnce(_ threads: Int, _ count: Int) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.threads == threads)
    for _ in 0..<20 {
      let visits = UnsafeMutablePointer<Int>.allocate(capacity: count + 1)
      visits.initialize(repeating: 0, count: count + 1)
      defer { visits.deallocate() }
      pool.forEach(count) { visits[$0] += 1 }
      #expect((0..<count).allSatisfy { visits[$0] == 1 } && visits[count] == 0)
    }
  }

  /// Every index waits until all have begun, which needs as many threads as indices.
  @Test(arguments: [2, 3, 4])
  func usesAllItsThreads(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    let begun = Atomic<Int>(0)
    pool.forEach(threads) { _ in
      begun.wrappingAdd(1, ordering: .acquiringAndReleasing)
      while begun.load(ordering: .acquiring) < threads { sched_yield() }
    }
    #expect(begun.load(ordering: .acquiring) == threads)
  }

  /// Each begins with its half, and who has done that goes on from the other's end: none gets scattered indices.
  @Test func givesEachThreadNeighbours() {
    let pool = ThreadPool(threads: 2)
    for _ in 0..<100 {
      let slots = UnsafeMutablePointer<Int>.allocate(capacity: 100)
      defer { slots.deallocate() }
      let begun = Atomic<Int>(0)
      pool.forEachWithSlot(100) { index, slot in
        slots[index] = slot
        guard index == 0 || index == 50 else { return }
        begun.wrappingAdd(1, ordering: .acquiringAndReleasing)
        while begun.load(ordering: .acquiring) < 2 { sched_yield() }
      }
      #expect(slots[0] == 0 && slots[50] == 1)
      #expect((1..<100).count { slots[$0] != slots[$0 - 1] } <= 2)
    }
  }

  @Test(arguments: [1, 2, 3])
  func givesEachRunningBodyASlotOfItsOwn(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    let occupants = (0..<threads).map { _ in Occupant() }
    let clashes = Atomic<Int>(0)
    pool.forEachWithSlot(2000) { _, slot in
      let others = occupants[slot].count.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
      if others != 0 { clashes.wrappingAdd(1, ordering: .relaxed) }
      sched_yield()
      occupants[slot].count.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  private final class Occupant: Sendable {
    let count = Atomic<Int>(0)
  }

  @Test func runsNestedCallsInline() {
    let pool = ThreadPool(threads: 3)
    let other = ThreadPool(threads: 2)
    let visits = Atomic<Int>(0)
    let strays = Atomic<Int>(0)
    pool.forEach(10) { _ in
      let thread = pthread_self()
      pool.forEach(10) { _ in
        other.forEach(10) { _ in
          if pthread_equal(pthread_self(), thread) == 0 { strays.wrappingAdd(1, ordering: .relaxed) }
          visits.wrappingAdd(1, ordering: .relaxed)
        }
      }
    }
    #expect(visits.load(ordering: .relaxed) == 1000)
    #expect(strays.load(ordering: .relaxed) == 0)
  }

  /// A body that calls its own pool by way of another one would wait for itself for ever.
  @Test func survivesCallsAcrossPools() {
    let pool = ThreadPool(threads: 2)
    let other = ThreadPool(threads: 2)
    let visits = Atomic<Int>(0)
    for _ in 0..<200 {
      pool.forEach(4) { _ in
        other.forEach(4) { _ in
          pool.forEach(2) { _ in visits.wrappingAdd(1, ordering: .relaxed) }
        }
      }
    }
    #expect(visits.load(ordering: .relaxed) == 200 * 4 * 4 * 2)
  }

  @Test func servesConcurrentCallersOneAfterTheOther() async {
    let pool = ThreadPool(threads: 2)
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<6 {
        group.addTask {
          var total = 0
          for round in 1...200 {
            let sum = Atomic<Int>(0)
            pool.forEach(round) { sum.wrappingAdd($0, ordering: .relaxed) }
            total += sum.load(ordering: .relaxed) == round * (round - 1) / 2 ? 1 : 0
          }
          return total
        }
      }
      for await correct in group { #expect(correct == 200) }
    }
  }

  /// Long enough a pause for the workers to have gone to sleep.
  @Test func wakesSleepingWorkers() {
    let pool = ThreadPool(threads: 2)
    for _ in 0..<5 {
      usleep(2000)
      let begun = Atomic<Int>(0)
      pool.forEach(2) { _ in
        begun.wrappingAdd(1, ordering: .acquiringAndReleasing)
        while begun.load(ordering: .acquiring) < 2 { sched_yield() }
      }
      #expect(begun.load(ordering: .acquiring) == 2)
    }
  }

  /// So long that the caller, which has nothing left to do, goes to sleep.
  @Test func wakesASleepingCaller() {
    let pool = ThreadPool(threads: 2)
    for _ in 0..<20 {
      let begun = Atomic<Int>(0)
      let ended = Atomic<Int>(0)
      pool.forEachWithSlot(2) { _, slot in
        begun.wrappingAdd(1, ordering: .acquiringAndReleasing)
        while begun.load(ordering: .acquiring) < 2 { sched_yield() }
        if slot == 1 { usleep(10_000) }
        ended.wrappingAdd(1, ordering: .acquiringAndReleasing)
      }
      #expect(ended.load(ordering: .acquiring) == 2)
    }
  }

  @Test func endsItsWorkers() {
    func taskCount() -> Int {
      guard let folder = opendir("/proc/self/task") else { return -1 }
      defer { closedir(folder) }
      var count = 0
      while readdir(folder) != nil { count += 1 }
      return count
    }
    // Other tests start and end threads meanwhile, but not hundreds.
    let before = taskCount()
    for _ in 0..<100 { ThreadPool(threads: 5).forEach(8) { _ in } }
    #expect(taskCount() < before + 200)
  }

  @Test(arguments: [1, 2, 3], [(1, 1), (10, 3), (10, 100), (1000, 1), (1000, 7)])
  func splitsIntoRangesOfAtLeastTheGrain(_ threads: Int, _ job: (count: Int, grain: Int)) {
    let pool = ThreadPool(threads: threads)
    let visits = UnsafeMutablePointer<Int>.allocate(capacity: job.count)
    visits.initialize(repeating: 0, count: job.count)
    defer { visits.deallocate() }
    let tooShort = Atomic<Int>(0)
    pool.forEachRange(job.count, atLeast: job.grain) { range in
      if range.count < min(job.grain, job.count) { tooShort.wrappingAdd(1, ordering: .relaxed) }
      for i in range { visits[i] += 1 }
    }
    #expect((0..<job.count).allSatisfy { visits[$0] == 1 })
    #expect(tooShort.load(ordering: .relaxed) == 0)
  }
}
