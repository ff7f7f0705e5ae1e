import Evaluation
import GelanCompiler
import GelanRuntime
import JSON

/// What was found in one picture, ready to be printed.
struct PictureReport: Sendable {
  let path: String
  let width: Int
  let height: Int
  let objects: [DetectedObject]
  let times: PhaseTimes
  /// Where the annotated picture is.
  let saved: String?

  /// The object that `detect --json` prints for a picture.
  var json: JSONValue {
    [
      "image": .string(path), "width": .integer(width), "height": .integer(height),
      "detections": .array(
        objects.map { object in
          let box = object.box
          return [
            "class": .integer(object.classIndex), "name": .string(object.className),
            "confidence": rounded(object.confidence, 1e5),
            "box": .array([box.left, box.top, box.right, box.bottom].map { rounded($0, 1e2) }),
          ]
        }),
      "milliseconds": .object(JSONObject(times.phases.map { ($0.name, .number(($0.time * 1e3).rounded() / 1e3)) })),
    ]
  }

  /// Lines for people.
  var text: String {
    let nameWidth = objects.map(\.className.count).max() ?? 0
    var lines = objects.map { object in
      let box = object.box
      let sides = [box.left, box.top, box.right, box.bottom].map {
        decimal(Double($0), places: 1).padded(to: 7, onTheLeft: true)
      }
      return "  \(object.className.padded(to: nameWidth))  \(decimal(Double(object.confidence), places: 3))  "
        + sides.joined(separator: " ")
    }
    let times = times.phases.map { "\($0.name) \(decimal($0.time, places: 1))" }.joined(separator: ", ")
    lines.insert(
      "\(path): \(width)x\(height), \(objects.count) object\(objects.count == 1 ? "" : "s") (ms: \(times))", at: 0)
    if let saved { lines.append("  drawn in \(saved)") }
    return lines.map { $0 + "\n" }.joined().withoutControlCharacters
  }

  /// The entries of a COCO results file (https://cocodataset.org/#format-results): boxes as left, top, width, height.
  var cocoResults: [JSONValue] {
    let image = ImageID(file: path).json
    return objects.map { object in
      let box = object.box
      return [
        "image_id": image, "category_id": .integer(object.classIndex),
        "bbox": .array([box.left, box.top, box.right - box.left, box.bottom - box.top].map { rounded($0, 1e2) }),
        "score": rounded(object.confidence, 1e5),
      ]
    }
  }

  /// The lines of a YOLO label file, with the confidence last: class, centre, width and height as parts of the picture's.
  var yoloText: String {
    objects.map { object in
      let box = object.box
      let numbers = [
        (box.left + box.right) / 2 / Float(width), (box.top + box.bottom) / 2 / Float(height),
        (box.right - box.left) / Float(width), (box.bottom - box.top) / Float(height), object.confidence,
      ]
      return ([String(object.classIndex)] + numbers.map { decimal(Double($0), places: 6) }).joined(separator: " ")
        + "\n"
    }.joined()
  }

  /// A number without the digits that a Float does not have.
  private func rounded(_ number: Float, _ factor: Double) -> JSONValue {
    .number((Double(number) * factor).rounded() / factor)
  }
}
