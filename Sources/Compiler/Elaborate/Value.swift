import Diagnostics
import ModelIR

/// A value of an expression of the model language.
indirect enum Value: Hashable {
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case activation(Activation)
  /// A bare word that selects an option, such as `nearest`.
  case word(String)
  case tensor(ValueID)
  case tuple([Value])
  /// The result of a faulty row. Everything that reads it is not reported, so that one mistake gives one message.
  case poisoned

  /// The kind in words for a diagnostic.
  var kind: String {
    switch self {
    case .none: "nothing"
    case .boolean: "a truth value"
    case .integer: "an integer"
    case .real(let number): "the number \(number)"
    case .activation: "an activation function"
    case .word: "a word"
    case .tensor: "a tensor"
    case .tuple(let elements):
      elements.allSatisfy(\.isTensor) && !elements.isEmpty ? "a tuple of \(elements.count)" : "a list"
    case .poisoned: "unknown"
    }
  }

  /// The maximum number of elements of a list, including those of nested lists: a small file could expand to 2⁴⁰.
  private static let longestList = 4096

  /// A list of values, unless it would be too long.
  static func list(_ elements: [Value], _ range: SourceRange) throws(ElaborationFailure) -> Value {
    try checkLength(elements.reduce(0) { $0 + $1.leafCount }, range)
    return .tuple(elements)
  }

  /// Throws when a list would have too many elements.
  static func checkLength(_ count: Int, _ range: SourceRange) throws(ElaborationFailure) {
    guard count <= longestList else {
      throw .fault(
        .tooLarge,
        "this list is too long: it has more than \(longestList) elements, including those of nested lists", range,
        column: .arguments)
    }
  }

  /// All values in it, including those of nested lists.
  var leafCount: Int {
    if case .tuple(let elements) = self { return elements.reduce(1) { $0 + $1.leafCount } }
    return 1
  }

  var isTensor: Bool {
    if case .tensor = self { return true }
    return false
  }

  /// The tensors in the value, in order.
  var tensors: [ValueID] {
    switch self {
    case .tensor(let id): [id]
    case .tuple(let elements): elements.flatMap(\.tensors)
    default: []
    }
  }

  var isPoisoned: Bool {
    switch self {
    case .poisoned: true
    case .tuple(let elements): elements.contains(where: \.isPoisoned)
    default: false
    }
  }

  /// The value as source text; tensors have no such form.
  var description: String {
    switch self {
    case .none: "none"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .activation(let activation): activation.description
    case .word(let word): word
    case .tensor(let id): "%\(id.index)"
    case .tuple(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
    case .poisoned: "?"
    }
  }
}

/// Names and their values, inside a block or among the rows of a model.
struct Scope {
  private var values: [String: Value] = [:]
  /// The previous entry or row; the value of `-1`.
  var previous: Value = .none

  var names: [String] { Array(values.keys) }

  subscript(name: String) -> Value? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// The value of a name; trailing numbers of a dotted name select from a tuple, as in `half.0`.
  func resolve(_ name: String) -> (value: Value, indices: [Int])? {
    if let value = values[name] { return (value, []) }
    var indices: [Int] = []
    var base = name[...]
    while let dot = base.lastIndex(of: "."), let index = Int(base[base.index(after: dot)...]) {
      indices.insert(index, at: 0)
      base = base[..<dot]
      if let value = values[String(base)] { return (value, indices) }
    }
    return nil
  }
}
