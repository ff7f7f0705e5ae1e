import Files
import GelanRuntime

/// Pictures on their way through a plan, several at once.
///
/// Each worker takes one picture all the way, from its file to its objects. Reports come out in the order of the list, and
/// are the same whatever the number of workers; only several threads for each round a little otherwise than one.
struct DetectionRun: Sendable {
  let model: InferenceModel
  let options: DetectionOptions
  let threads: Int
  let pictures: [Picture]

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

  /// Looks at every picture, until the list or the wish of the person ends it.
  ///
  /// - Parameters:
  ///   - prints: whether reports go to standard output, where the progress must not stand in their way.
  ///   - write: is given the reports in order; returns whether anybody still reads them.
  func perform(prints: Bool = false, _ write: (PictureReport) throws(FileError) -> Bool) -> Outcome {
    var outcome = Outcome()
    var bar = ProgressBar(total: pictures.count, unit: "pictures")
    let sharesTerminal = prints && Terminal.showsOutput
    do throws(CommandFailure) {
      try OrderedWork.perform(
        count: pictures.count, threads: threads,
        worker: { threads in
          let detector = Result { () throws(InferenceError) in
            try ObjectDetector(model, options: options, threads: threads)
          }
          return { index in Result { () throws(PictureFailure) in try report(on: pictures[index], detector) } }
        },
        take: { (result: Result<PictureReport, PictureFailure>?) throws(CommandFailure) in
          if let result {
            if sharesTerminal { bar.hide() }
            try take(result, into: &outcome, bar: &bar, write)
          }
          if pictures.count > 1 { bar.show(outcome.done + outcome.failed) }
          return !outcome.lostReader
        })
    } catch {
      outcome.failure = error
    }
    bar.hide()
    if pictures.count > 1, Terminal.showsProgress { Terminal.note(bar.summary(outcome.done)) }
    return outcome
  }

  private func take(
    _ result: Result<PictureReport, PictureFailure>, into outcome: inout Outcome, bar: inout ProgressBar,
    _ write: (PictureReport) throws(FileError) -> Bool
  ) throws(CommandFailure) {
    switch result {
    case .success(let report):
      do throws(FileError) {
        if try write(report) { outcome.done += 1 } else { outcome.lostReader = true }
      } catch {
        throw .file(error.description)
      }
    case .failure(.unreadable(let text)):
      bar.hide()
      Terminal.note("gelan: \(text)")
      outcome.failed += 1
    case .failure(.fatal(let failure)): throw failure
    }
  }

  private func report(
    on picture: Picture, _ detector: Result<ObjectDetector, InferenceError>
  ) throws(PictureFailure) -> PictureReport {
    let found = try PictureDetection(picture.path, detector)
    let report = PictureReport(
      path: picture.path, width: found.image.width, height: found.image.height, objects: found.objects,
      times: found.times, saved: picture.drawing)
    do throws(InferenceError) {
      if let path = picture.drawing { try found.image.annotated(with: found.objects).writePNG(to: path) }
    } catch {
      throw .fatal(CommandFailure(error))
    }
    do throws(FileError) {
      if let path = picture.labels { try writeFileAtomically(path: path, text: report.yoloText) }
    } catch {
      throw .fatal(.file(error.description))
    }
    return report
  }
}
