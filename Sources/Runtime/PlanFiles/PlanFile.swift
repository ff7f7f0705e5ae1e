import Elements
import Files
import JSON
import ModelIR
import Tensors

/// The format of plan files: a safetensors file with the weights as tensors and everything else in its metadata.
///
/// **Compatibility.** The format has one number. A runtime opens every format from 1 to its own, for good. The number
/// grows when a runtime of before would misread a file: a new operator or attribute, another meaning of an old one.
/// It does not grow for metadata that may be ignored; unknown keys always are. A file of a newer format is refused
/// before anything else in it is looked at, and the message says what wrote it.
///
/// - Format 1: the plan's text alone.
/// - Format 2: with a seal, two checksums that together cover every bit, and with the keys for people.
/// - Format 3: convolutions may have several inputs and an addend.
/// - Format 4: the terms of a sum may have fewer rows and columns.
/// - Format 5: every output says what it means; the reader of the text derives that for older plans.
package enum PlanFile {
  /// The newest format that this runtime opens, and the one that it writes.
  package static let format = 5

  /// The keys of the metadata. Only `plan` is what runs; the rest is read by people, tools and the checks of a file.
  package enum Key {
    /// The plan's text, which `Plan(text:)` reads.
    package static let plan = "gelan.plan"
    /// The format's number.
    package static let format = "gelan.format"
    /// The program that wrote the file and its version.
    package static let compiler = "gelan.compiler"
    /// The model's name.
    package static let model = "gelan.model"
    /// The class names, a JSON list.
    package static let classes = "gelan.classes"
    /// What the plan wants to be given, a JSON object.
    package static let input = "gelan.input"
    /// What it gives, a JSON list of names, shapes and meanings.
    package static let outputs = "gelan.outputs"
    /// The files that the model was read from and their SHA-256, a JSON list; the model itself first.
    package static let source = "gelan.source"
    /// The arguments that the model was compiled with, such as `--set width=0.5`.
    package static let arguments = "gelan.arguments"
    /// The file that the weights were read from, or how they were made.
    package static let weights = "gelan.weights"
    /// The type that the weights are stored in: `fp32`, `fp16` or `bf16`.
    package static let weightsType = "gelan.weights_type"
  }

  /// Writes a plan file.
  ///
  /// - Parameters:
  ///   - tensors: The weights that the plan's steps name.
  ///   - metadata: What the compiler says of where the plan comes from, by the keys above.
  package static func write(
    plan: Plan, tensors: [StoredTensor], path: String, metadata: [String: String]
  ) throws(TensorFileError) {
    let facts = [
      Key.format: String(format), Key.plan: plan.description, Key.model: plan.name,
      Key.classes: JSONValue.array(plan.classNames.map(JSONValue.string)).description,
      Key.input: plan.input.json(channels: plan.input.view.upper - plan.input.view.lower).description,
      Key.outputs: JSONValue.array(plan.outputs.map { $0.json(plan.type(of: $0.view)) }).description,
      Key.weightsType: ElementType(ofWeights: tensors).rawValue,
    ]
    try writeTensorFile(path: path, tensors: tensors, metadata: metadata.merging(facts) { $1 }, isSealed: true)
  }

  /// Reads and verifies the plan of a file.
  static func readPlan(_ file: TensorFile) throws(ModelError) -> Plan {
    guard let text = file.metadata[Key.plan] else {
      throw ModelError("\(file.path): this file holds tensors and no plan; 'gelan compile' writes plans")
    }
    try checkFormat(file)
    let plan: Plan
    do {
      plan = try Plan(text: text)
    } catch {
      let line = error.line.map { "line \($0) of the plan: " } ?? ""
      throw ModelError("\(file.path): \(line)\(error.message)")
    }
    do {
      try plan.verify()
    } catch {
      throw ModelError("\(file.path): the plan cannot be run: \(error.message)")
    }
    return plan
  }

  /// The format of a file; the first one had no key for it.
  package static func format(of file: TensorFile) -> Int? {
    guard let text = file.metadata[Key.format] else { return 1 }
    return Int(text)
  }

  private static func checkFormat(_ file: TensorFile) throws(ModelError) {
    guard let number = format(of: file), number >= 1 else {
      throw ModelError("\(file.path): the plan's format is no number; the file is damaged")
    }
    guard number <= format else {
      let writer = file.metadata[Key.compiler].map { ", written by \(quoted($0))" } ?? ""
      throw ModelError(
        "\(file.path): the plan has format \(number)\(writer), and this gelan opens formats 1 to \(format); "
          + "open it with a newer gelan, or compile the model again with this one")
    }
    guard number == 1 && !file.isSealed || file.hasIntactHeader else {
      throw ModelError(
        "\(file.path): the plan is not as it was written: its checksum does not match; the file is damaged, or another "
          + "program has changed it")
    }
  }
}

extension InputContract {
  fileprivate func json(channels: Int) -> JSONValue {
    [
      "name": "images", "type": "fp32", "shape": ["N", .integer(channels), "H", "W"], "colours": "RGB",
      "range": [0, 1],
      "multiples": [.integer(heightMultiple), .integer(widthMultiple)], "size": [.integer(height), .integer(width)],
    ]
  }
}

extension OutputContract {
  fileprivate func json(_ type: TensorType) -> JSONValue {
    [
      "name": .string(name), "type": "fp32", "shape": .string("N x " + type.description),
      "meaning": .string(meaning.name),
    ]
  }
}
