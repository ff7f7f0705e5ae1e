import Compiler
import Detection
import Evaluation
import Glibc
import Runtime
import Tensors

/// Runs a plan on the data set's pictures.
func validatePlan(data: String, _ arguments: Arguments) throws(CommandFailure) -> ValidationReport {
  guard let path = arguments.operands.first else { throw .usage("PLAN is missing; or give --detections FILE") }
  let isPadded = arguments.isSet("--square") || arguments.isSet("--input")
  let fit: InputFit = arguments.isSet("--stretch") ? .stretch : isPadded ? .square : .letterbox
  guard !(arguments.isSet("--stretch") && arguments.isSet("--square")) else {
    throw .usage("--square and --stretch exclude each other")
  }
  let saved = arguments.string("--save-detections")
  if let saved, [path, data].contains(where: { realPath($0) == realPath(saved) }) {
    throw .usage("--save-detections \(saved) would replace a file that is read")
  }
  if let saved, FileKind(saved) != .file, access(parentFolder(of: saved), W_OK) != 0 {
    // Found out now rather than after the last picture.
    throw .file("cannot write '\(saved)': \(String(cString: strerror(errno)))")
  }
  var options = SelectionOptions(
    confidence: Float(try arguments.fraction("--conf") ?? 0.001), iou: try arguments.fraction("--iou") ?? 0.7,
    maximumDetections: try arguments.integer("--max-detections", in: 1...1_000_000) ?? 300, labels: .every)
  let (size, threads) = (try arguments.inputSize(), try arguments.threads())

  let model = try openPlan(path)
  let choices = arguments.classChoices
  let set = try openDataSet(data, arguments, classCount: choices.isEmpty ? model.plan.classNames.count : nil)
  try set.checkPictures(data)
  let mapping = try set.mapping(detector: ClassNames(model.plan.classNames), choices: choices)
  options.classes = Set(mapping.ofDetector.keys)
  let validator: Validator
  do throws(CommandFailure) {
    validator = try Validator(
      model, size: size, fit: fit, options: options, classes: mapping.ofDetector, threads: threads)
  } catch {
    throw .message("\(path): \(error.text)")
  }
  let pictures = try set.validate(mapping, validator, keepsResults: saved != nil)
  if let saved { try writeResults(pictures.results, to: saved) }
  var clock = StopWatch()
  let evaluation = Evaluation(pictures.images, classCount: mapping.evaluated.count)
  return ValidationReport(
    subject: path, data: data, settings: ValidationSettings(validator), images: pictures.images.count,
    failures: pictures.failures, classes: set.evaluatedClasses(mapping, detector: model.plan.classNames),
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
}

extension PictureDataSet {
  /// Runs a plan on every picture. One that cannot be read is reported, and the others are still done.
  fileprivate func validate(
    _ mapping: ClassMapping, _ validator: Validator, keepsResults: Bool
  ) throws(CommandFailure) -> ValidatedPictures {
    var bar = ProgressBar(total: dataSet.images.count, unit: "pictures")
    var pictures = ValidatedPictures()
    var ofOtherSize: [String] = []
    let start = Machine.seconds()
    let run = ValidationRun(validator: validator, paths: dataSet.images.map(\.file))
    try run.perform { (index, outcome) throws(CommandFailure) in
      let image = dataSet.images[index]
      switch outcome {
      case .success(let found):
        if let written = image.size, written != found.size { ofOtherSize.append(image.file) }
        pictures.images.append(
          AnnotatedImage(objects: mapping.objects(of: image, size: found.size), predictions: found.predictions))
        if keepsResults { pictures.results += found.predictions.map { result($0, of: image, mapping) } }
        pictures.times += found.times
      case .failure(.file(let text)):
        bar.hide()
        Terminal.note("gelan: \(text)")
        pictures.failures += 1
      case .failure(let failure): throw failure
      }
      bar.show(index + 1)
    }
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
