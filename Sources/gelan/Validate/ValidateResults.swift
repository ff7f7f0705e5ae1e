import Evaluation
import GelanRuntime

/// Evaluates detections that are in a file.
func validateResults(
  _ path: String, data: String, _ arguments: Arguments
) throws(CommandFailure) -> ValidationReport {
  let modelOptions = [
    "--input", "--square", "--stretch", "--conf", "--iou", "--max-detections", "--save-detections", "--kernels",
    "--precision",
  ]
  if let surplus = arguments.operands.first ?? modelOptions.first(where: arguments.isSet) {
    throw .usage("--detections runs no plan, so '\(surplus)' has no meaning")
  }
  let set = try openDataSet(data, arguments, classCount: nil)
  let mapping = try set.mapping(detector: set.classes, choices: arguments.classChoices)
  let bytes = try readAnnotations(path)
  let results: [COCOResult]
  do throws(DataSetError) {
    results = try readCOCOResults(bytes)
  } catch {
    throw .message("\(path): \(error)")
  }
  let predictions = try set.predictions(results, mapping, path)
  var images: [AnnotatedImage] = []
  for (image, predictions) in zip(set.dataSet.images, predictions) {
    images.append(
      AnnotatedImage(objects: mapping.objects(of: image, size: try pictureSize(of: image)), predictions: predictions))
  }
  var clock = StopWatch()
  let evaluation = Evaluation(images, classCount: mapping.evaluated.count)
  return ValidationReport(
    subject: path, data: data, settings: nil, images: images.count, failures: 0,
    classes: set.evaluatedClasses(mapping, detector: set.classes.words), evaluation: evaluation, times: nil,
    seconds: nil,
    evaluateTime: clock.lap())
}

/// The size of a picture, from the annotations or from the picture itself.
private func pictureSize(of image: DataSetImage) throws(CommandFailure) -> ImageSize {
  if let size = image.size { return size }
  guard image.hasRelativeLabels else { return ImageSize(width: 1, height: 1) }
  do throws(InferenceError) {
    return ImageSize(try Image(path: image.file))
  } catch {
    throw .file(error.description)
  }
}

extension ImageSize {
  init(_ image: Image) { self.init(width: image.width, height: image.height) }
}

extension Arguments {
  /// The pairs of every `--classes`.
  var classChoices: [String] {
    strings("--classes").flatMap { $0.split(separator: ",").map(String.init) }
  }
}

/// Opens the data set of a command's options, and prints what a person should know about it.
func openDataSet(
  _ path: String, _ arguments: Arguments, classCount: Int?
) throws(CommandFailure) -> PictureDataSet {
  let set = try openDataSet(
    path, pictureFolder: arguments.string("--images"), split: try arguments.choice("--split") ?? "val",
    classCount: classCount)
  for note in set.notes { Terminal.note("note: \(note)") }
  return set
}
