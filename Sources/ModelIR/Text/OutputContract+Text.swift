extension OutputContract {
  /// `output "output0" b9[0:84] detections {classes=80 strides=[8.0,16.0,32.0]}`, or `output "mask" b7[0:32] tensor {}`.
  var text: String { "output \(quoted(name)) \(view.text) \(meaning.name) {\(meaning.attributeText)}" }

  /// Reads what `text` prints, after the word `output`.
  ///
  /// - Parameter hasMeaning: Whether the plan's text has contracts; version 1 had none.
  static func read(_ scanner: inout TextScanner, hasMeaning: Bool) throws(TextError) -> OutputContract {
    var output = OutputContract(name: try scanner.string(), view: try BufferView.read(&scanner))
    guard hasMeaning else { return output }
    let name = try scanner.word()
    try scanner.expect("{")
    let attributes = try scanner.text(upTo: "}")
    do {
      output.meaning = try Meaning.read(name: name, attributes: attributes)
    } catch {
      throw scanner.error(error.message)
    }
    return output
  }
}

extension OutputContract.Meaning {
  /// The name of the kind in text.
  package var name: String {
    switch self {
    case .tensor: "tensor"
    case .detections: DetectionContract.name
    }
  }

  fileprivate var attributeText: String {
    switch self {
    case .tensor: ""
    case .detections(let contract): contract.attributeText
    }
  }

  fileprivate static func read(name: String, attributes: Substring) throws(TextError) -> Self {
    let attributes = try splitAttributes(attributes)
    switch name {
    case "tensor":
      guard attributes.isEmpty else { throw TextError("'tensor' has no attribute '\(attributes[0].name)'") }
      return .tensor
    case DetectionContract.name:
      return .detections(try DetectionContract(attributes: attributes))
    default:
      throw TextError("there is no kind of output '\(name)'")
    }
  }
}
