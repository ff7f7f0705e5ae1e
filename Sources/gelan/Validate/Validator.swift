import Compiler
import Detection
import Evaluation
import ModelIR
import Runtime
import Tensors

/// How a picture is brought to the size of a plan's input.
enum InputFit: String, Sendable {
  /// Scaled to fit, with a border up to the next legal size.
  case letterbox
  /// Scaled to fit, with a border up to all of the input.
  case square
  /// Scaled to fill the input, whatever becomes of its shape.
  case stretch
}

/// How pictures become predictions of the classes that are evaluated.
struct Validator: Sendable {
  let model: InferenceModel
  let size: InputSize
  let fit: InputFit
  let options: SelectionOptions
  /// For each class of the plan its place among the evaluated ones.
  let classes: [Int: Int]
  /// For all pictures that are in flight together.
  let threads: Int

  /// - Parameter size: Of the input; the plan's own when there is none.
  /// - Throws: When the plan cannot run at this size, or its output is no boxes in RGB pictures.
  init(
    _ model: InferenceModel, size: InputSize?, fit: InputFit, options: SelectionOptions, classes: [Int: Int],
    threads: Int
  ) throws(CommandFailure) {
    self.model = model
    self.fit = fit
    self.options = options
    self.classes = classes
    self.threads = threads
    let session = try openSession(model, size, threads: 1)
    self.size = InputSize(height: session.height, width: session.width)
    let shape = session.outputShape(0)
    guard shape.count == 2, shape[0] > 4, session.inputShape[0] == 3 else {
      throw .message("this plan has no detection head for RGB pictures")
    }
  }

  /// Reads a picture and looks for objects.
  ///
  /// - Parameters:
  ///   - session: The one that the picture before was run by, for the next one of its size.
  ///   - threads: How many threads to use.
  func predict(_ path: String, _ session: inout Session?, threads: Int) throws(CommandFailure) -> PicturePredictions {
    var clock = StopWatch()
    var times = PhaseTimes()
    let image = try decodePicture(path)
    times.decode = clock.lap()
    let placement = placement(of: image)
    let session = try reuse(&session, height: placement.targetHeight, width: placement.targetWidth, threads: threads)
    placement.write(image, to: session.input)
    times.prepare = clock.lap()
    session.run()
    times.run = clock.lap()
    let shape = session.outputShape(0)
    let objects = selectDetections(
      predictions: session.output(0), classes: shape[0] - 4, anchors: shape[1], options: options)
    let predictions = objects.compactMap { object in
      classes[object.classIndex].map { Prediction(object, box: placement.imageBox(object.box), classIndex: $0) }
    }
    times.select = clock.lap()
    return PicturePredictions(
      size: ImageSize(width: image.width, height: image.height), predictions: predictions, times: times)
  }

  private func reuse(
    _ session: inout Session?, height: Int, width: Int, threads: Int
  ) throws(CommandFailure) -> Session {
    if let session, session.height == height, session.width == width { return session }
    // The old one goes first: two may not fit in memory.
    session = nil
    let opened = try openSession(model, InputSize(height: height, width: width), threads: threads)
    session = opened
    return opened
  }

  private func placement(of image: RGBImage) -> any InputPlacement {
    switch fit {
    case .letterbox:
      Letterbox(
        imageWidth: image.width, imageHeight: image.height, limitWidth: size.width, limitHeight: size.height,
        widthMultiple: model.plan.input.widthMultiple, heightMultiple: model.plan.input.heightMultiple)
    case .square:
      Letterbox(
        imageWidth: image.width, imageHeight: image.height, targetWidth: size.width, targetHeight: size.height)
    case .stretch:
      Stretch(imageWidth: image.width, imageHeight: image.height, targetWidth: size.width, targetHeight: size.height)
    }
  }
}

/// What was found in a picture.
struct PicturePredictions: Sendable {
  let size: ImageSize
  let predictions: [Prediction]
  let times: PhaseTimes
}

/// Milliseconds that phases took.
struct PhaseTimes: Sendable {
  var decode = 0.0
  var prepare = 0.0
  var run = 0.0
  var select = 0.0

  static func += (sum: inout PhaseTimes, times: PhaseTimes) {
    sum.decode += times.decode
    sum.prepare += times.prepare
    sum.run += times.run
    sum.select += times.select
  }
}

/// Where a picture lies in a network's input.
private protocol InputPlacement {
  var targetWidth: Int { get }
  var targetHeight: Int { get }
  func write(_ image: RGBImage, to planes: UnsafeMutableBufferPointer<Float>)
  func imageBox(_ box: Box) -> Box
}

extension Letterbox: InputPlacement {}
extension Stretch: InputPlacement {}

extension Prediction {
  fileprivate init(_ object: DetectedObject, box: Box, classIndex: Int) {
    let (left, top) = (Double(box.x1), Double(box.y1))
    self.init(
      classIndex: classIndex,
      box: BoundingBox(left: left, top: top, width: Double(box.x2) - left, height: Double(box.y2) - top),
      score: Double(object.confidence))
  }
}

/// Reads and decodes a picture.
func decodePicture(_ path: String) throws(CommandFailure) -> RGBImage {
  do {
    let bytes = try readFile(path: path, limit: 1 << 30)
    return try Result { try bytes.withUnsafeBytes { try decodeImage($0) } }.get()
  } catch let error as FileError {
    throw .file(error.description)
  } catch {
    throw .file("\(path): \(error)")
  }
}
