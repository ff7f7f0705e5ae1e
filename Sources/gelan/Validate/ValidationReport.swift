import Evaluation
import GelanCompiler
import GelanRuntime
import JSON

/// What `gelan val` says.
struct ValidationReport {
  /// The plan, or the file of detections.
  let subject: String
  let data: String
  /// Nothing when no plan was run.
  let settings: ValidationSettings?
  let images: Int
  /// Pictures that could not be read.
  let failures: Int
  let classes: [EvaluatedClass]
  let evaluation: Evaluation
  /// Of all pictures together, several at once.
  let times: PhaseTimes?
  /// From the first picture to the last.
  let seconds: Double?
  /// Milliseconds.
  let evaluateTime: Double

  private var objectCount: Int { evaluation.classes.reduce(0) { $0 + $1.objectCount } }

  /// The classes in the order that was asked for; of equals, in the data set's.
  fileprivate func rows(_ order: ClassOrder) -> [(evaluated: EvaluatedClass, figures: ClassFigures)] {
    let rows = zip(classes, evaluation.classes).map { (evaluated: $0, figures: $1) }
    func key(_ figures: ClassFigures) -> Double {
      order == .objects ? Double(figures.objectCount) : figures.averagePrecision() ?? -1
    }
    if order == .order { return rows }
    return rows.enumerated().sorted { left, right in
      (key(right.element.figures), left.offset) < (key(left.element.figures), right.offset)
    }.map(\.element)
  }
}

/// How the table of classes is sorted.
enum ClassOrder: String {
  case order, ap, objects
}

/// How the plan was run.
struct ValidationSettings {
  /// Height and width in pixels.
  let input: [Int]
  /// How pictures were brought to that size: a name for programs, words for people.
  let fit: (name: String, words: String)
  let options: DetectionOptions
  let threads: Int

  init(_ options: DetectionOptions, _ model: InferenceModel, threads: Int) {
    self.options = options
    self.threads = threads
    switch options.input {
    case .rectangle:
      (input, fit) = ([model.inputHeight, model.inputWidth], ("letterbox", "letterboxed to at most"))
    case .square: (input, fit) = ([model.inputHeight, model.inputWidth], ("square", "letterboxed to"))
    case .fixed(let height, let width): (input, fit) = ([height, width], ("square", "letterboxed to"))
    case .stretched(let height, let width): (input, fit) = ([height, width], ("stretch", "stretched to"))
    }
  }
}

extension ValidationReport {
  /// For people: the settings, the summary, the classes, the time.
  func text(_ order: ClassOrder) -> String {
    let noun = classes.count == 1 ? "class" : "classes"
    var lines = [
      "\(subject) on \(data): \(images) pictures, \(grouped(objectCount)) objects of \(classes.count) \(noun)"
    ]
    if let settings { lines.append(settings.text) }
    lines.append("")
    for figure in evaluation.summary {
      lines.append("\(figure.name.padded(to: 6))\(cell(figure.value).padded(to: 7))  \(figure.meaning)")
    }
    lines += ["", classTable(order), ""]
    if let times, let seconds { lines.append(timeText(times, seconds: seconds)) }
    lines.append("evaluated in \(decimal(evaluateTime, places: 0)) ms")
    return lines.joined(separator: "\n")
  }

  private func classTable(_ order: ClassOrder) -> String {
    let titles = ["class", "pictures", "objects", "AP", "AP50", "AP75", "AR100"]
    let rows = rows(order).map { row in
      [row.evaluated.text, grouped(row.figures.imageCount), grouped(row.figures.objectCount)]
        + row.figures.columns.map(\.value).map(cell)
    }
    let widths = titles.indices.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
    return ([titles] + rows).map { cells in
      cells.indices.map { cells[$0].padded(to: widths[$0], onTheLeft: $0 > 0) }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private func timeText(_ times: PhaseTimes, seconds: Double) -> String {
    let phases = times.phases.map { "\($0.name) \(decimal($0.time / Double(max(images, 1)), places: 1))" }
    let rate = Double(images) / max(seconds, 1e-3)
    return
      "\(images) pictures in \(decimal(seconds, places: 1)) s, \(decimal(rate, places: 1)) a second; ms a picture: "
      + phases.joined(separator: ", ")
  }

  private func cell(_ value: Double?) -> String { value.map { decimal($0, places: 4) } ?? "-" }

  /// For programs; undefined figures are null.
  func json(_ order: ClassOrder) -> JSONValue {
    var object = JSONObject([
      ("schema", 1), (settings == nil ? "detections" : "plan", .string(subject)), ("data", .string(data)),
      ("images", .integer(images)), ("unreadable", .integer(failures)), ("objects", .integer(objectCount)),
    ])
    if let settings { object["settings"] = settings.json }
    object["summary"] = .object(JSONObject(evaluation.summary.map { ($0.name, number($0.value)) }))
    object["classes"] = .array(
      rows(order).map { row in
        let head: [(String, JSONValue)] = [
          ("id", .integer(row.evaluated.id)), ("name", .string(row.evaluated.name)),
          ("predicted", .array(row.evaluated.predicted.map { .string($0) })),
          ("images", .integer(row.figures.imageCount)), ("objects", .integer(row.figures.objectCount)),
        ]
        return .object(JSONObject(head + row.figures.columns.map { ($0.name, number($0.value)) }))
      })
    if let seconds { object["seconds"] = .number((seconds * 1e3).rounded() / 1e3) }
    let phases = (times?.phases ?? []) + [("evaluate", evaluateTime)]
    object["milliseconds"] = .object(JSONObject(phases.map { ($0.0, .number(($0.1 * 1e3).rounded() / 1e3)) }))
    return .object(object)
  }

  private func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}

extension ValidationSettings {
  fileprivate var text: String {
    "\(fit.words) \(input.map(String.init).joined(separator: "x")), confidence above \(options.confidence), "
      + "IoU \(options.overlap), at most \(options.maximumDetections) detections a picture"
      + (options.precision == .fp32 ? "" : ", in \(options.precision.rawValue)")
  }

  fileprivate var json: JSONValue {
    [
      "input": .array(input.map { .integer($0) }), "fit": .string(fit.name),
      "conf": .number(Double("\(options.confidence)") ?? 0), "iou": .number(options.overlap),
      "maxDetections": .integer(options.maximumDetections), "threads": .integer(threads),
      "precision": .string(options.precision.rawValue),
    ]
  }
}

extension EvaluatedClass {
  /// The data set's name, and the plan's where it differs.
  fileprivate var text: String {
    predicted == [name] ? name : "\(name) (\(predicted.joined(separator: ", ")))"
  }
}

extension ClassFigures {
  /// The columns of a class.
  fileprivate var columns: [(name: String, value: Double?)] {
    [
      ("AP", averagePrecision()), ("AP50", averagePrecision(threshold: 0)), ("AP75", averagePrecision(threshold: 5)),
      ("AR100", averageRecall()),
    ]
  }
}
