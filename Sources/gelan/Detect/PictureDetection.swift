import GelanRuntime

/// What a detector found in a picture, from the file to the objects.
struct PictureDetection: Sendable {
  let image: Image
  let objects: [DetectedObject]
  let times: PhaseTimes

  /// - Parameter detector: Or why there is none.
  init(_ path: String, _ detector: Result<ObjectDetector, InferenceError>) throws(PictureFailure) {
    let clock = ContinuousClock()
    let start = clock.now
    do throws(InferenceError) { image = try Image(path: path) } catch { throw .unreadable(error.description) }
    let decodeTime = clock.now - start
    do throws(InferenceError) {
      let result = try detector.get().detect(image)
      objects = result.objects
      times = PhaseTimes(
        decode: decodeTime / .milliseconds(1), prepare: result.prepareTime / .milliseconds(1),
        run: result.runTime / .milliseconds(1), select: result.selectTime / .milliseconds(1))
    } catch {
      throw .fatal(CommandFailure(error))
    }
  }
}

/// Why nothing is known of a picture.
enum PictureFailure: Error {
  /// The picture cannot be read; the others can.
  case unreadable(String)
  /// No picture can be taken further.
  case fatal(CommandFailure)
}

/// Milliseconds that phases took.
struct PhaseTimes: Sendable {
  var decode = 0.0
  var prepare = 0.0
  var run = 0.0
  var select = 0.0

  var phases: [(name: String, time: Double)] {
    [("decode", decode), ("prepare", prepare), ("run", run), ("select", select)]
  }

  static func += (sum: inout PhaseTimes, times: PhaseTimes) {
    sum.decode += times.decode
    sum.prepare += times.prepare
    sum.run += times.run
    sum.select += times.select
  }
}
