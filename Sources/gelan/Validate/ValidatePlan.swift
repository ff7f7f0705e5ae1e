import Compiler
import Evaluation
import Files
import GelanRuntime
import Glibc

/// Runs a plan on the data set's pictures.
func validatePlan(data: String, _ arguments: Arguments) throws(CommandFailure) -> ValidationReport {
  guard let path = arguments.operands.first else { throw .usage("PLAN is missing; or give --detections FILE") }
  guard !(arguments.isSet("--stretch") && arguments.isSet("--square")) else {
    throw .usage("--square and --stretch exclude each other")
  }
  let saved = arguments.string("--save-detections")
  if let saved { try refuse("--save-detections", saved, toReplace: [path, data]) }
  if let saved, [nil, .folder].contains(FileKind(saved)), access(parentFolder(of: saved), W_OK) != 0 {
    // Found out now rather than after the last picture.
    throw .file("cannot write '\(saved)': \(String(cString: strerror(errno)))")
  }
  var options = DetectionOptions(
    confidence: Float(try arguments.fraction("--conf") ?? 0.001), overlap: try arguments.fraction("--iou") ?? 0.7,
    maximumDetections: try arguments.integer("--max-detections", in: 1...1_000_000) ?? 300)
  options.labels = .every
  options.instructions = try arguments.instructions()
  options.precision = try arguments.precision(options.instructions)
  let (size, threads) = (try arguments.inputSize(), try arguments.threads())

  let model: InferenceModel
  do throws(InferenceError) {
    model = try InferenceModel(path: path)
    options.input = arguments.inputShape(size, model)
    // Faults of the plan and of the size are told before anything is run.
    _ = try ObjectDetector(model, options: options)
  } catch {
    throw CommandFailure(error)
  }
  let choices = arguments.classChoices
  let set = try openDataSet(data, arguments, classCount: choices.isEmpty ? model.classNames.count : nil)
  try set.checkPictures(data)
  let mapping = try set.mapping(detector: ClassNames(model.classNames), choices: choices)
  options.classes = Set(mapping.ofDetector.keys)
  let pictures = try set.validate(mapping, model, options, threads: threads, keepsResults: saved != nil)
  if let saved { try writeResults(pictures.results, to: saved) }
  var clock = StopWatch()
  let evaluation = Evaluation(pictures.images, classCount: mapping.evaluated.count)
  return ValidationReport(
    subject: path, data: data, settings: ValidationSettings(options, model, threads: threads),
    images: pictures.images.count,
    failures: pictures.failures, classes: set.evaluatedClasses(mapping, detector: model.classNames),
    evaluation: evaluation, times: pictures.times, seconds: pictures.seconds, evaluateTime: clock.lap())
}

/// What a plan found in the pictures that could be read.
private struct ValidatedPictures {
  var images: [AnnotatedImage] = []
  var results: [COCOResult] = []
  /// The pictures that could not be read.
  var failures = 0
  var times = PhaseTimes()
  /// From the first picture to the last.
  var seconds = 0.0

  var done: Int { images.count + failures }
}

/// What is kept of a picture: not its pixels.
private struct FoundObjects: Sendable {
  let size: ImageSize
  let objects: [DetectedObject]
  let times: PhaseTimes
}

extension Prediction {
  fileprivate init(_ object: DetectedObject, classIndex: Int) {
    let (left, top) = (Double(object.box.left), Double(object.box.top))
    self.init(
      classIndex: classIndex,
      box: BoundingBox(
        left: left, top: top, width: Double(object.box.right) - left, height: Double(object.box.bottom) - top),
      score: Double(object.confidence))
  }
}

extension Arguments {
  /// How `--square`, `--stretch` and `--input` bring pictures to the size of the network's input.
  fileprivate func inputShape(_ size: InputSize?, _ model: InferenceModel) -> DetectionOptions.InputShape {
    if isSet("--stretch") {
      return .stretched(height: size?.height ?? model.inputHeight, width: size?.width ?? model.inputWidth)
    }
    if let size { return .fixed(height: size.height, width: size.width) }
    return isSet("--square") ? .square : .rectangle
  }
}

extension PictureDataSet {
  /// Runs a plan on every picture. One that cannot be read is reported, and the others are still done.
  fileprivate func validate(
    _ mapping: ClassMapping, _ model: InferenceModel, _ options: DetectionOptions, threads: Int, keepsResults: Bool
  ) throws(CommandFailure) -> ValidatedPictures {
    var bar = ProgressBar(total: dataSet.images.count, unit: "pictures")
    var pictures = ValidatedPictures()
    var ofOtherSize: [String] = []
    let start = Machine.seconds()
    let paths = dataSet.images.map(\.file)
    try OrderedWork.perform(
      count: paths.count, threads: threads,
      worker: { threads in
        let detector = Result { () throws(InferenceError) in
          try ObjectDetector(model, options: options, threads: threads)
        }
        return { index in
          Result { () throws(PictureFailure) in
            let found = try PictureDetection(paths[index], detector)
            return FoundObjects(size: ImageSize(found.image), objects: found.objects, times: found.times)
          }
        }
      },
      take: { (result: Result<FoundObjects, PictureFailure>?) throws(CommandFailure) in
        let image = dataSet.images[min(pictures.done, paths.count - 1)]
        switch result {
        case .success(let found)?:
          if let written = image.size, written != found.size { ofOtherSize.append(image.file) }
          let predictions = found.objects.compactMap { object in
            mapping.ofDetector[object.classIndex].map { Prediction(object, classIndex: $0) }
          }
          pictures.images.append(
            AnnotatedImage(objects: mapping.objects(of: image, size: found.size), predictions: predictions))
          if keepsResults { pictures.results += predictions.map { self.result($0, of: image, mapping) } }
          pictures.times += found.times
        case .failure(.unreadable(let text))?:
          bar.hide()
          Terminal.note("gelan: \(text)")
          pictures.failures += 1
        case .failure(.fatal(let failure))?: throw failure
        case nil: break
        }
        bar.show(pictures.done)
        return true
      })
    bar.hide()
    pictures.seconds = Machine.seconds() - start
    if let first = ofOtherSize.first {
      Terminal.note("note: \(ofOtherSize.count) pictures are not of the size that is annotated, first '\(first)'")
    }
    return pictures
  }
}

/// Writes a COCO results file, a detection on each line.
private func writeResults(_ results: [COCOResult], to path: String) throws(CommandFailure) {
  do {
    try writeFileAtomically(path: path) { (writer) throws(FileError) in
      for (index, result) in results.enumerated() {
        try writer.write(Array((index == 0 ? "[\n" : ",\n").utf8) + result.json.utf8)
      }
      try writer.write(Array((results.isEmpty ? "[]\n" : "\n]\n").utf8))
    }
  } catch {
    throw .file(error.description)
  }
}
