import ModelIR

/// What programs that run Ultralytics' exports look for in a model, in the form in which they read it: each value as
/// Python prints it.
///
/// Their date is left out, so that equal plans give equal files, and so are author and licence, which a plan does not
/// know.
func modelMetadata(_ plan: Plan, _ options: ONNXOptions, producerVersion: String) -> [ONNXMetadata] {
  let input = plan.input
  let (height, width) = options.size.pixels ?? (input.height, input.width)
  let batch = options.batch.count ?? 1
  var metadata = [
    ONNXMetadata("description", "\(plan.name), exported by gelan"), ONNXMetadata("version", producerVersion),
    ONNXMetadata("stride", "\(leastCommonMultiple(input.heightMultiple, input.widthMultiple))"),
  ]
  if let task = plan.outputs.first?.meaning.task { metadata.append(ONNXMetadata("task", task)) }
  var arguments = [
    ("batch", "\(batch)"), ("dynamic", pythonFlag(options.size == .dynamic)), ("half", "False"),
    ("opset", "\(options.opset)"), ("nms", pythonFlag(options.suppression != nil)),
  ]
  if let suppression = options.suppression {
    arguments += [
      ("conf", "\(suppression.confidence)"), ("iou", "\(suppression.iou)"),
      ("max_det", "\(suppression.maximumDetections)"),
    ]
  }
  metadata += [
    ONNXMetadata("batch", "\(batch)"), ONNXMetadata("imgsz", "[\(height), \(width)]"),
    ONNXMetadata("names", pythonDictionary(plan.classNames.enumerated().map { ("\($0)", pythonText($1)) })),
    ONNXMetadata("args", pythonDictionary(arguments.map { (pythonText($0), $1) })),
    ONNXMetadata("channels", "\(input.channels)"),
    ONNXMetadata("gelan.height_multiple", "\(input.heightMultiple)"),
    ONNXMetadata("gelan.width_multiple", "\(input.widthMultiple)"),
  ]
  return metadata
}

extension OutputContract.Meaning {
  /// The name that Ultralytics has for what a model with such a first output does.
  fileprivate var task: String? {
    switch self {
    case .detections: "detect"
    case .tensor: nil
    }
  }
}

extension ONNXOptions.Batch {
  fileprivate var count: Int? { if case .fixed(let count) = self { count } else { nil } }
}

extension ONNXOptions.Size {
  fileprivate var pixels: (Int, Int)? { if case .fixed(let height, let width) = self { (height, width) } else { nil } }
}

private func pythonFlag(_ flag: Bool) -> String { flag ? "True" : "False" }

private func pythonDictionary(_ entries: [(String, String)]) -> String {
  "{" + entries.map { "\($0): \($1)" }.joined(separator: ", ") + "}"
}

/// A string literal of Python.
private func pythonText(_ text: String) -> String {
  var literal = "'"
  for scalar in text.unicodeScalars {
    switch scalar {
    case "'", "\\": literal += "\\\(scalar)"
    case "\n": literal += "\\n"
    case "\0"..<" ", "\u{7F}": literal += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "'"
}
