import GelanRuntime
import Tensors

/// Pictures on their way through a plan, several at once.
///
/// Each worker takes one picture all the way, from its file to its objects, with its own share of the threads: while one
/// reads and decodes, others compute, and no core waits for another. Reports come out in the order of the list, and are
/// the same whatever the number of workers; only several threads for each round a little otherwise than one.
struct DetectionRun: Sendable {
  let model: InferenceModel
  let options: DetectionOptions
  let threads: Int
  let pictures: [Picture]
  /// The number of pictures in flight.
  let workers: Int

  /// One picture of the list.
  struct Picture: Sendable {
    let path: String
    /// Where to write it with its objects drawn, if anywhere.
    let drawing: String?
    /// Where to write its objects as YOLO text, if anywhere.
    let labels: String?
  }

  /// What became of the run.
  struct Outcome {
    /// The pictures whose results are written.
    var done = 0
    /// The pictures that could not be read.
    var failed = 0
    /// Whether nobody reads the results any more.
    var lostReader = false
    /// What stopped the run, if anything did.
    var failure: CommandFailure?
  }

  init(_ model: InferenceModel, options: DetectionOptions, threads: Int, pictures: [Picture]) {
    self.model = model
    self.options = options
    self.threads = threads
    self.pictures = pictures
    workers = max(1, min(threads, pictures.count, Self.mostWorkers))
  }

  /// More pictures at once would take memory and no time off; further threads share the work on each.
  private static let mostWorkers = 16

  /// Looks at every picture, until the list or the wish of the person ends it.
  ///
  /// - Parameters:
  ///   - prints: whether reports go to standard output, where the progress must not stand in their way.
  ///   - write: is given the reports in order; returns whether anybody still reads them.
  func perform(prints: Bool = false, _ write: (PictureReport) throws(FileError) -> Bool) -> Outcome {
    // The slowest picture holds up the others only when this many reports wait for its own.
    let work = OrderedWork<Result<PictureReport, PictureFailure>>(count: pictures.count, window: 16 * workers)
    var crew: [WorkerThread] = []
    for slot in 0..<workers {
      let share = threads / workers + (slot < threads % workers ? 1 : 0)
      guard let worker = WorkerThread({ takePictures(of: work, threads: max(1, share)) }) else { break }
      crew.append(worker)
    }
    var outcome = Outcome()
    if crew.isEmpty { outcome.failure = .message("the system refuses to start a thread") }
    var bar = ProgressBar(total: pictures.count, unit: "pictures")
    let sharesTerminal = prints && Terminal.showsOutput
    var isOver = crew.isEmpty
    while !isOver {
      if Interruption.isWanted { work.stop() }
      switch work.next() {
      case .end: isOver = true
      case .wait: break
      case .result(let result):
        if sharesTerminal { bar.hide() }
        do throws(FileError) {
          try take(result, into: &outcome, bar: &bar, write)
        } catch {
          outcome.failure = .file(error.description)
        }
        isOver = outcome.lostReader || outcome.failure != nil
      }
      if pictures.count > 1 { bar.show(outcome.done + outcome.failed) }
    }
    work.stop()
    for worker in crew { worker.join() }
    bar.hide()
    if pictures.count > 1, Terminal.showsProgress { Terminal.note(bar.summary(outcome.done)) }
    return outcome
  }

  private func take(
    _ result: Result<PictureReport, PictureFailure>, into outcome: inout Outcome, bar: inout ProgressBar,
    _ write: (PictureReport) throws(FileError) -> Bool
  ) throws(FileError) {
    switch result {
    case .success(let report):
      if try write(report) { outcome.done += 1 } else { outcome.lostReader = true }
    case .failure(.unreadable(let text)):
      bar.hide()
      Terminal.note("gelan: \(text)")
      outcome.failed += 1
    case .failure(.fatal(let failure)):
      outcome.failure = failure
    }
  }

  /// The life of a worker.
  private func takePictures(of work: OrderedWork<Result<PictureReport, PictureFailure>>, threads: Int) {
    let detector = Result { () throws(InferenceError) in
      try ObjectDetector(model, options: options, threads: threads)
    }
    while let index = work.claim() {
      do throws(PictureFailure) {
        work.deliver(.success(try look(at: pictures[index], with: detector)), for: index)
      } catch {
        work.deliver(.failure(error), for: index)
      }
    }
  }

  private func look(
    at picture: Picture, with detector: Result<ObjectDetector, InferenceError>
  ) throws(PictureFailure) -> PictureReport {
    let clock = ContinuousClock()
    let start = clock.now
    let image: Image
    do throws(InferenceError) { image = try Image(path: picture.path) } catch { throw .unreadable(error.description) }
    let decodeTime = clock.now - start
    do throws(InferenceError) {
      let result = try detector.get().detect(image)
      let report = PictureReport(
        path: picture.path, width: image.width, height: image.height, objects: result.objects,
        milliseconds: [
          ("decode", decodeTime), ("prepare", result.prepareTime), ("run", result.runTime),
          ("select", result.selectTime),
        ].map { ($0.0, $0.1 / .milliseconds(1)) }, saved: picture.drawing)
      if let path = picture.drawing { try image.annotated(with: result.objects).writePNG(to: path) }
      if let path = picture.labels { try writeLabels(report.yoloText, to: path) }
      return report
    } catch {
      throw .fatal(CommandFailure(error))
    }
  }

  private func writeLabels(_ text: String, to path: String) throws(InferenceError) {
    do throws(FileError) { try writeFileAtomically(path: path, text: text) } catch { throw .file(error.description) }
  }
}

/// Why there is no report of a picture.
private enum PictureFailure: Error {
  /// The picture cannot be read; the others can.
  case unreadable(String)
  /// No picture can be taken further.
  case fatal(CommandFailure)
}

extension CommandFailure {
  init(_ error: InferenceError) {
    switch error {
    case .file(let text): self = .file(text)
    case .plan(let text), .image(let text), .size(let text): self = .message(text)
    }
  }
}
