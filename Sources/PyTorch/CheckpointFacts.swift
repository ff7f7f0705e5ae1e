import Elements
import JSON

/// Facts that training recorded beside the tensors; `nil` for those that it did not record.
package struct CheckpointFacts: Sendable, Hashable {
  /// The class names, unless they are numbers only.
  package var classNames: [String] = []
  package var classCount: Int?
  /// The stride of each level, in input pixels per cell.
  package var strides: [Double] = []
  package var epoch: Int?
  package var date: String?
  /// The name of the file that described the model, such as `yolov9-t.yaml`.
  package var model: String?
  /// The class of the model, or the version of the program that wrote it.
  package var writer: String?

  package init() {}

  /// - Parameter value: A state dictionary or a tree of modules.
  init(_ value: PickleValue, in file: StorageFile) {
    let root = PickleValue(file.pickle, file.pickle.root)
    // Modules record facts about themselves; a dictionary around a state dictionary may record the same facts.
    let places = [value.state, root].compactMap(\.self)
    func first<Fact>(_ fact: (PickleValue) -> Fact?) -> Fact? { places.lazy.compactMap(fact).first }

    classNames = first { $0["names"]?.classNames } ?? []
    classCount = Self.classCount(of: value) ?? first { $0["nc"]?.integer } ?? first { $0["yaml"]?["nc"]?.integer }
    if classCount == nil, !classNames.isEmpty { classCount = classNames.count }
    if let count = classCount, !(1...100_000).contains(count) { classCount = nil }
    // Names for another number of classes are not useful, and neither are names that are only numbers.
    if classNames.count != classCount || classNames == classNames.indices.map(String.init) { classNames = [] }
    strides = first { $0["stride"].flatMap { Self.numbers($0, in: file) } } ?? []
    epoch = root["epoch"]?.integer.flatMap { $0 >= 0 ? $0 : nil }
    date = root["date"]?.text
    let named = first { $0["yaml_file"]?.text ?? $0["yaml"]?["yaml_file"]?.text }
    model = named?.split(separator: "/").last.map(String.init)
    let version = root["version"]?.text.map { " \($0)" } ?? ""
    writer = ModuleWalk.isModule(value) ? value.qualifiedName.map { $0 + version } : nil
  }

  /// The attribute `nc` of a module; that of the head is preferred, since it is nearest to the tensors.
  private static func classCount(of value: PickleValue) -> Int? {
    guard let rows = value.state?["_modules"]?["model"]?.state?["_modules"]?.members else { return nil }
    return rows.last?.value.state?["nc"]?.integer
  }

  /// The elements of a short tensor, or of a list of numbers.
  private static func numbers(_ value: PickleValue, in file: StorageFile) -> [Double]? {
    if let elements = value.elements(atMost: 64) {
      let numbers = elements.compactMap(\.number)
      return numbers.count == elements.count ? numbers : nil
    }
    guard let tensor = try? TensorView(value), tensor.count <= 64 else { return nil }
    let values = try? file.withElements(of: tensor) { widened($0, from: tensor.type) }
    return (values ?? nil)?.map(Double.init)
  }
}

extension PickleValue {
  /// A list of names, or names by index, from 0 on.
  fileprivate var classNames: [String]? {
    let limit = 100_000
    let names: [String?]
    if let members, members.count <= limit {
      var byNumber = [String?](repeating: nil, count: members.count)
      for (key, value) in members {
        guard let number = key.integer, byNumber.indices.contains(number) else { return nil }
        byNumber[number] = value.text
      }
      names = byNumber
    } else if let elements, elements.count <= limit {
      names = elements.map(\.text)
    } else {
      return nil
    }
    let known = names.compactMap(\.self)
    return known.count == names.count && !known.isEmpty ? known : nil
  }
}

extension CheckpointFacts {
  /// The facts as entries of a safetensors file's metadata.
  package var metadata: [String: String] {
    var texts: [String: String] = [:]
    if !classNames.isEmpty { texts["names"] = JSONValue.array(classNames.map(JSONValue.string)).description }
    if let classCount { texts["nc"] = String(classCount) }
    if !strides.isEmpty { texts["stride"] = JSONValue.array(strides.map(JSONValue.number)).description }
    if let epoch { texts["epoch"] = String(epoch) }
    for (key, value) in [("date", date), ("model", model), ("writer", writer)] { texts[key] = value }
    return texts
  }

  /// The facts in a safetensors file's metadata.
  package init(metadata: [String: String]) {
    func list(_ key: String) -> [JSONValue] {
      let value = metadata[key].flatMap { try? JSONValue.parse(Array($0.utf8)) }
      return value?.arrayValue ?? []
    }
    let names = list("names").compactMap(\.stringValue)
    if names.count == list("names").count, names.count <= 100_000 { classNames = names }
    classCount = metadata["nc"].flatMap { Int($0) } ?? (classNames.isEmpty ? nil : classNames.count)
    if let count = classCount, !(1...100_000).contains(count) { classCount = nil }
    if classNames.count != classCount { classNames = [] }
    strides = list("stride").prefix(64).compactMap(\.numberValue)
    epoch = metadata["epoch"].flatMap { Int($0) }
    (date, model, writer) = (metadata["date"], metadata["model"], metadata["writer"])
  }
}
