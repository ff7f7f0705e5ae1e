import Runtime

/// Pictures on their way through a plan, several at once.
///
/// Each worker takes one picture all the way, from its file to its predictions, with its own share of the threads: while
/// one reads and decodes, others compute.
struct ValidationRun: Sendable {
  let validator: Validator
  let paths: [String]

  private typealias Outcome = Result<PicturePredictions, CommandFailure>

  /// More pictures at once would take memory and no time off; further threads share the work on each.
  private static let mostWorkers = 16

  /// Runs the plan on every picture.
  ///
  /// - Parameter take: Is given what became of each picture, in order.
  /// - Throws: What `take` throws.
  func perform(
    _ take: (Int, Result<PicturePredictions, CommandFailure>) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    let workers = max(1, min(validator.threads, paths.count, Self.mostWorkers))
    let work = OrderedWork<Outcome>(count: paths.count, window: 16 * workers)
    var crew: [WorkerThread] = []
    for slot in 0..<workers {
      let share = validator.threads / workers + (slot < validator.threads % workers ? 1 : 0)
      guard let worker = WorkerThread({ takePictures(of: work, threads: max(1, share)) }) else { break }
      crew.append(worker)
    }
    var failure = crew.isEmpty ? CommandFailure.message("the system refuses to start a thread") : nil
    var index = 0
    var isOver = crew.isEmpty
    while !isOver {
      switch work.next() {
      case .end: isOver = true
      case .wait: break
      case .result(let outcome):
        do throws(CommandFailure) { try take(index, outcome) } catch { failure = error }
        index += 1
        isOver = failure != nil
      }
    }
    work.stop()
    for worker in crew { worker.join() }
    if let failure { throw failure }
  }

  /// The life of a worker.
  private func takePictures(of work: OrderedWork<Outcome>, threads: Int) {
    var session: Session?
    while let index = work.claim() {
      do throws(CommandFailure) {
        work.deliver(.success(try validator.predict(paths[index], &session, threads: threads)), for: index)
      } catch {
        work.deliver(.failure(error), for: index)
      }
    }
  }
}
