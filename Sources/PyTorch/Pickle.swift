/// The content of a pickle as inert values: classes and functions are names, and calls are records.
///
/// Values are in one table and refer to each other by index, so that shared values exist once, cycles are harmless, and
/// nesting needs no recursion. The table has at most as many values as the pickle has bytes.
struct Pickle: Sendable {
  enum Node: Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    /// An integer of more than 64 bits.
    case largeInteger
    case number(Double)
    case text(String)
    case bytes
    /// These have a sequence of indices, given by its number.
    case tuple(Int)
    case list(Int)
    case set(Int)
    /// Keys and values alternate.
    case dictionary(Int)
    case global(module: String, name: String)
    case object(Object)
    /// An object that the writing program stored outside of the pickle, by its identifier.
    case persistent(Int)
  }

  /// The result of a call of a class or a function.
  struct Object: Sendable {
    /// The index of the called value.
    var constructor: Int
    /// A sequence, like those below.
    var arguments: Int
    var state: Int?
    /// The values appended to it, as to a list.
    var elements: Int?
    /// The values set in it, as in a dictionary: keys and values alternate.
    var items: Int?
  }

  let nodes: [Node]
  /// The indices of the elements of tuples, lists, sets, dictionaries and objects.
  let sequences: [[Int]]
  let root: Int
}

/// A value of a pickle.
struct PickleValue: Sendable {
  let pickle: Pickle
  let index: Int

  init(_ pickle: Pickle, _ index: Int) {
    self.pickle = pickle
    self.index = index
  }

  var node: Pickle.Node { pickle.nodes[index] }

  private func value(_ index: Int) -> PickleValue { PickleValue(pickle, index) }

  private func values(_ sequence: Int) -> [PickleValue] { pickle.sequences[sequence].map(value) }

  var isNone: Bool { if case .none = node { true } else { false } }
  var text: String? { if case .text(let text) = node { text } else { nil } }
  var integer: Int? { if case .integer(let number) = node { number } else { nil } }
  var boolean: Bool? { if case .boolean(let truth) = node { truth } else { nil } }
  var persistent: PickleValue? { if case .persistent(let name) = node { value(name) } else { nil } }

  var number: Double? {
    switch node {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// The elements of a list or a tuple, or of an object that is constructed from one, such as `torch.Size` and sets.
  var elements: [PickleValue]? {
    switch node {
    case .tuple(let sequence), .list(let sequence), .set(let sequence): return values(sequence)
    case .object(let object):
      if let elements = object.elements { return values(elements) }
      let arguments = pickle.sequences[object.arguments]
      guard object.items == nil, arguments.count == 1 else { return nil }
      switch pickle.nodes[arguments[0]] {
      case .tuple(let sequence), .list(let sequence): return values(sequence)
      default: return nil
      }
    default: return nil
    }
  }

  /// The members of a dictionary, or of an object that is one, such as `OrderedDict`.
  var members: PickleMembers? {
    switch node {
    case .dictionary(let sequence): return PickleMembers(pickle: pickle, items: pickle.sequences[sequence])
    case .object(let object):
      if let items = object.items { return PickleMembers(pickle: pickle, items: pickle.sequences[items]) }
      return qualifiedName == "collections.OrderedDict" ? .none(of: self) : nil
    default: return nil
    }
  }

  /// The member of a dictionary with a text as its key; among several, the last one.
  subscript(key: String) -> PickleValue? { members?.last { $0.key.text == key }?.value }

  /// The elements of a tuple or a list, unless there are more of them than the caller can use: many values may share
  /// one long list.
  func elements(atMost limit: Int) -> [PickleValue]? {
    switch node {
    case .tuple(let sequence), .list(let sequence):
      pickle.sequences[sequence].count <= limit ? values(sequence) : nil
    case .object(let object) where object.elements == nil && object.items == nil:
      pickle.sequences[object.arguments].first.flatMap {
        value($0).isSequence ? value($0).elements(atMost: limit) : nil
      }
    default: nil
    }
  }

  private var isSequence: Bool {
    switch node {
    case .tuple, .list: true
    default: false
    }
  }

  /// The callable and the arguments that created an object; of many arguments the first few.
  var call: (constructor: PickleValue, arguments: [PickleValue])? {
    guard case .object(let object) = node else { return nil }
    return (value(object.constructor), pickle.sequences[object.arguments].prefix(16).map(value))
  }

  /// The state that was set on an object.
  var state: PickleValue? {
    guard case .object(let object) = node else { return nil }
    return object.state.map(value)
  }

  /// The name of a class or function, or that of an object's class: `torch.nn.modules.conv.Conv2d`.
  var qualifiedName: String? {
    switch node {
    case .global(let module, let name): return "\(module).\(name)"
    case .object(let object):
      guard case .global(let module, let name) = pickle.nodes[object.constructor] else { return nil }
      // Protocols 0 and 1 construct an object of a class in this way.
      if module == "copy_reg" || module == "copyreg", name == "_reconstructor",
        let first = pickle.sequences[object.arguments].first,
        case .global(let module, let name) = pickle.nodes[first]
      {
        return "\(module).\(name)"
      }
      return "\(module).\(name)"
    default: return nil
    }
  }
}

/// The members of a dictionary in the order in which they were set.
struct PickleMembers: RandomAccessCollection {
  let pickle: Pickle
  /// The indices of keys and values, alternating.
  let items: [Int]

  /// No members.
  static func none(of value: PickleValue) -> PickleMembers { PickleMembers(pickle: value.pickle, items: []) }

  var startIndex: Int { 0 }
  var endIndex: Int { items.count / 2 }

  subscript(position: Int) -> (key: PickleValue, value: PickleValue) {
    (PickleValue(pickle, items[2 * position]), PickleValue(pickle, items[2 * position + 1]))
  }
}
