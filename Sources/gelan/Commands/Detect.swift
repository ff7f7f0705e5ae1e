import Detection
import ModelIR
import Runtime
import Tensors

extension Command {
  static let detect = Command(
    name: "detect", summary: "find objects in pictures", operands: "PLAN IMAGE...", operandCount: 2...100_000,
    options: [
      Option("--conf", value: "P", help: "the least class probability; 0.25 by default"),
      Option("--iou", value: "P", help: "boxes of one class that overlap more are one object; 0.45 by default"),
      Option("--max-detections", value: "N", help: "at most this many objects in a picture; 300 by default"),
      Option("--save", value: "DIR", help: "write each picture with its boxes drawn, as PNG"), .input, .threads, .json,
    ],
    details: """
      Pictures are JPEG or PNG. Each is scaled to fit the plan's input and padded with grey, as the official code does;
      boxes are printed in pixels of the picture: left, top, right, bottom. With --json each picture is one JSON object on
      a line. A picture that cannot be read is reported, the others are still done, and the exit status is 3.

      example: gelan detect gelan-c.plan street.jpg --save out
      """
  ) { arguments in
    let options = SelectionOptions(
      confidence: Float(try arguments.fraction("--conf") ?? 0.25), iou: try arguments.fraction("--iou") ?? 0.45,
      maximumDetections: try arguments.integer("--max-detections", in: 1...1_000_000) ?? 300)
    let model = try openPlan(arguments.operands[0])
    let session = try openSession(model, try arguments.inputSize(), threads: try arguments.threads())
    guard session.outputShape(0).count == 2, session.outputShape(0)[0] > 4, session.inputShape[0] == 3 else {
      throw CommandFailure.message("\(arguments.operands[0]): this plan has no detection head for RGB pictures")
    }
    var detector = Detector(
      session: session, options: options, saveFolder: arguments.string("--save"),
      takenPaths: Set(arguments.operands.dropFirst().map(realPath)))
    if let folder = detector.saveFolder { try makeFolder(folder) }

    let pictures = arguments.operands.dropFirst()
    var failures = 0
    for (index, path) in pictures.enumerated() {
      if pictures.count > 1 { Terminal.progress("picture \(index + 1) of \(pictures.count): \(path)") }
      do throws(CommandFailure) {
        let result = try detector.detect(path)
        Terminal.progress("")
        Terminal.print(
          arguments.isSet("--json")
            ? result.json(names: model.plan.classNames).description : result.text(names: model.plan.classNames))
      } catch {
        Terminal.progress("")
        guard case .file(let text) = error else { throw error }
        Terminal.note("gelan: \(text)")
        failures += 1
      }
    }
    if failures > 0 { throw CommandFailure.file("\(failures) of \(pictures.count) pictures failed") }
  }
}

/// Takes pictures to objects through one session.
private struct Detector {
  let session: Session
  let options: SelectionOptions
  let saveFolder: String?
  /// Files that must not be written: the pictures themselves, and what was drawn already.
  var takenPaths: Set<String>

  mutating func detect(_ path: String) throws(CommandFailure) -> DetectionResult {
    var clock = StopWatch()
    let image = try readPicture(path)
    let decode = clock.lap()
    let letterbox = Letterbox(
      imageWidth: image.width, imageHeight: image.height, targetWidth: session.width, targetHeight: session.height)
    letterbox.write(image, to: session.input)
    let prepare = clock.lap()
    session.run()
    let run = clock.lap()
    let shape = session.outputShape(0)
    var objects = selectDetections(
      predictions: session.output(0), classes: shape[0] - 4, anchors: shape[1], options: options)
    for index in objects.indices { objects[index].box = letterbox.imageBox(objects[index].box) }
    let select = clock.lap()

    var saved: String?
    if let saveFolder {
      let target = freePath(for: path, in: saveFolder)
      try save(annotate(image, objects: objects, names: session.plan.classNames), to: target)
      saved = target
    }
    return DetectionResult(
      path: path, width: image.width, height: image.height, objects: objects,
      milliseconds: [("decode", decode), ("prepare", prepare), ("run", run), ("select", select)], saved: saved)
  }

  private func readPicture(_ path: String) throws(CommandFailure) -> RGBImage {
    do {
      let bytes = try readFile(path: path, limit: 1 << 30)
      return try Result { try bytes.withUnsafeBytes { try decodeImage($0) } }.get()
    } catch let error as FileError {
      throw .file(error.description)
    } catch let error as ImageError {
      throw .file("\(path): \(error.description)")
    } catch {
      throw .file("\(path): \(error)")
    }
  }

  private func save(_ image: RGBImage, to path: String) throws(CommandFailure) {
    do {
      try writeFileAtomically(path: path, bytes: try encodePNG(image))
    } catch let error as FileError {
      throw .file(error.description)
    } catch {
      throw .file("\(path): \(error)")
    }
  }

  /// A path for the drawn picture: the picture's own name, with a number when that is taken.
  private mutating func freePath(for path: String, in folder: String) -> String {
    let base = folder + "/" + baseName(of: path)
    var target = base + ".png"
    var number = 2
    while !takenPaths.insert(realPath(target)).inserted {
      target = "\(base)-\(number).png"
      number += 1
    }
    return target
  }

  /// The file's name without folders and extension.
  private func baseName(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    return String(name[..<dot])
  }
}

/// What was found in one picture.
private struct DetectionResult {
  let path: String
  let width: Int
  let height: Int
  let objects: [DetectedObject]
  let milliseconds: [(phase: String, time: Double)]
  /// Where the annotated picture is.
  let saved: String?

  func json(names: [String]) -> JSONValue {
    [
      "image": .string(path), "width": .integer(width), "height": .integer(height),
      "detections": .array(
        objects.map { object in
          let box = object.box
          return [
            "class": .integer(object.classIndex), "name": .string(names[object.classIndex]),
            "confidence": .number(rounded(object.confidence, 1e5)),
            "box": .array([box.x1, box.y1, box.x2, box.y2].map { .number(rounded($0, 1e2)) }),
          ]
        }),
      "milliseconds": .object(JSONObject(milliseconds.map { ($0.phase, .number(($0.time * 1e3).rounded() / 1e3)) })),
    ]
  }

  func text(names: [String]) -> String {
    let width = objects.map { names[$0.classIndex].count }.max() ?? 0
    var lines = objects.map { object in
      let box = object.box
      let sides = [box.x1, box.y1, box.x2, box.y2].map { decimal(Double($0), places: 1).padded(to: 7, onTheLeft: true) }
      return "  \(names[object.classIndex].padded(to: width))  \(decimal(Double(object.confidence), places: 3))  "
        + sides.joined(separator: " ")
    }
    let times = milliseconds.map { "\($0.phase) \(decimal($0.time, places: 1))" }.joined(separator: ", ")
    lines.insert(
      "\(path): \(self.width)x\(height), \(objects.count) object\(objects.count == 1 ? "" : "s") (ms: \(times))", at: 0)
    if let saved { lines.append("  drawn in \(saved)") }
    return lines.joined(separator: "\n")
  }

  /// A number that JSON shows without the digits that a Float does not have.
  private func rounded(_ number: Float, _ factor: Double) -> Double { (Double(number) * factor).rounded() / factor }
}
