import Detection
import ModelIR

/// Finds objects in images with a model that has a detection head.
///
/// A detector belongs to one thread at a time, which the compiler enforces: it is not `Sendable`. For several images at
/// once, make several detectors of one model; they share its weights.
///
/// ```swift
/// let detector = try ObjectDetector(InferenceModel(path: "gelan-c.plan"))
/// for object in try detector.detect(Image(path: "street.jpg")).objects {
///   print(object.className, object.confidence, object.box)
/// }
/// ```
public final class ObjectDetector {
  /// What the detector runs.
  public let model: InferenceModel
  /// What it reports.
  public let options: DetectionOptions
  private let detections: DetectionContract
  private var sessions: SessionCache

  /// Prepares to run a model; memory is allocated with the first image of a shape.
  ///
  /// - Parameters:
  ///   - model: A model with a detection head; detectors share its weights.
  ///   - options: What is reported, and the size of the network's input.
  ///   - threads: The number of threads that an image may use, at least one.
  /// - Throws: `InferenceError.plan` if the model has no detection head for RGB images, `.size` if the options fix a size
  ///   that the model cannot have, `.precision` if the processor does not support the one they ask for.
  public init(
    _ model: InferenceModel, options: DetectionOptions = DetectionOptions(), threads: Int = 1
  ) throws(InferenceError) {
    guard let detections = model.detections else {
      throw .plan("\(model.path): this plan has no detection head for RGB images")
    }
    self.model = model
    self.detections = detections
    self.options = options
    try options.precision.check(options.instructions)
    sessions = SessionCache(
      model: model, threads: threads, instructions: options.instructions, precision: options.precision)
    switch options.input {
    case .fixed(let height, let width), .stretched(let height, let width):
      _ = try sessions.session(height: height, width: width)
    case .rectangle, .square: break
    }
  }

  /// Finds the objects in an image.
  ///
  /// - Throws: `InferenceError.size` if there is no memory for the image's shape.
  public func detect(_ image: Image) throws(InferenceError) -> DetectionResult {
    let clock = ContinuousClock()
    let start = clock.now
    let (placement, session) = try inputs(for: image)
    placement.write(image.base, to: session.input)
    let prepared = clock.now
    session.run()
    let ran = clock.now
    let selected = selectDetections(
      predictions: session.output(0), classes: detections.classes, anchors: session.outputShape(0)[1],
      options: SelectionOptions(
        confidence: options.confidence, iou: options.overlap, maximumDetections: options.maximumDetections,
        labels: options.labels, classes: options.classes))
    let names = model.classNames
    let objects = selected.map { object in
      DetectedObject(
        classIndex: object.classIndex, className: names[object.classIndex], confidence: object.confidence,
        box: Box(placement.imageBox(object.box)))
    }
    return DetectionResult(
      objects: objects, inputHeight: placement.targetHeight, inputWidth: placement.targetWidth,
      prepareTime: prepared - start, runTime: ran - prepared, selectTime: clock.now - ran)
  }

  /// How an image is placed in the network's input, and the session of that size.
  private func inputs(for image: Image) throws(InferenceError) -> (any InputPlacement, InferenceSession) {
    var (height, width) = (model.inputHeight, model.inputWidth)
    switch options.input {
    case .rectangle:
      let letterbox = Letterbox(
        imageWidth: image.width, imageHeight: image.height, limitWidth: width, limitHeight: height,
        widthMultiple: model.widthMultiple, heightMultiple: model.heightMultiple)
      // A network may be unable to take a very low or narrow input; the plan's own size always works.
      if let session = try? sessions.session(height: letterbox.targetHeight, width: letterbox.targetWidth) {
        return (letterbox, session)
      }
    case .square: break
    case .fixed(let fixedHeight, let fixedWidth): (height, width) = (fixedHeight, fixedWidth)
    case .stretched(let height, let width):
      let stretch = Stretch(
        imageWidth: image.width, imageHeight: image.height, targetWidth: width, targetHeight: height)
      return (stretch, try sessions.session(height: height, width: width))
    }
    let letterbox = Letterbox(
      imageWidth: image.width, imageHeight: image.height, targetWidth: width, targetHeight: height)
    return (letterbox, try sessions.session(height: height, width: width))
  }
}
