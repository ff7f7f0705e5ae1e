extension OrderedWork {
  /// Does work on several threads at once, and hands the results over in order, on the calling thread.
  ///
  /// Each worker takes one piece all the way, with its own share of the threads: while one reads, others compute, and no
  /// core waits for another. When a person wants the program to stop, what was claimed is still done.
  ///
  /// - Parameters:
  ///   - threads: For all workers together.
  ///   - worker: Is called once in each worker, with its share of the threads; what it returns does one piece.
  ///   - take: Is given each result; and nothing, a few times a second, while none comes. Returns whether to go on.
  /// - Throws: What `take` throws, after all workers have ended.
  static func perform(
    count: Int, threads: Int, worker: @escaping @Sendable (_ threads: Int) -> (_ index: Int) -> Result,
    take: (Result?) throws(CommandFailure) -> Bool
  ) throws(CommandFailure) {
    // More pieces at once would take memory and no time off; further threads share the work on each.
    let workers = max(1, min(threads, count, 16))
    // The slowest piece holds up the others only when this many results wait for its own.
    let work = OrderedWork(count: count, window: 16 * workers)
    var crew: [WorkerThread] = []
    for slot in 0..<workers {
      let share = max(1, threads / workers + (slot < threads % workers ? 1 : 0))
      let thread = WorkerThread {
        let perform = worker(share)
        while let index = work.claim() { work.deliver(perform(index), for: index) }
      }
      guard let thread else { break }
      crew.append(thread)
    }
    var failure = crew.isEmpty ? CommandFailure.message("the system refuses to start a thread") : nil
    var isOver = crew.isEmpty
    while !isOver {
      if Interruption.isWanted { work.stop() }
      do throws(CommandFailure) {
        switch work.next() {
        case .end: isOver = true
        case .wait: isOver = try !take(nil)
        case .result(let result): isOver = try !take(result)
        }
      } catch {
        failure = error
        isOver = true
      }
    }
    work.stop()
    for thread in crew { thread.join() }
    if let failure { throw failure }
  }
}
