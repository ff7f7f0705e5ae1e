/// What a pickle describes, as inert values: classes and functions are names, and calls of them records.
///
/// Values lie in one table and refer to each other by place, so that whatever a file says, shared parts are there once,
/// cycles are harmless and nothing is as deep as it looks. The table has at most as many values as the pickle has bytes.
struct Pickle: Sendable {
  enum Node: Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    /// A whole number of more than 64 bits.
    case largeInteger
    case number(Double)
    case text(String)
    case bytes
    /// These have a sequence of places, by its number.
    case tuple(Int)
    case list(Int)
    case set(Int)
    /// Keys and values in turn.
    case dictionary(Int)
    case global(module: String, name: String)
    case object(Object)
    /// What the program that wrote the pickle stored elsewhere, and how it called it.
    case persistent(Int)
  }

  /// What a call made: of a class or of a function.
  struct Object: Sendable {
    /// The place of what was called.
    var constructor: Int
    /// A sequence, as those below are.
    var arguments: Int
    var state: Int?
    /// What was appended to it, as to a list.
    var elements: Int?
    /// What was set in it, as in a dictionary: keys and values in turn.
    var items: Int?
  }

  let nodes: [Node]
  /// The places of what tuples, lists, sets, dictionaries and objects hold.
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

  /// The elements of a list or a tuple, or of an object that is made of one, as `torch.Size` and sets are.
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

  /// The members of a dictionary, or of an object that is one, as `OrderedDict` is.
  var members: PickleMembers? {
    switch node {
    case .dictionary(let sequence): return PickleMembers(pickle: pickle, items: pickle.sequences[sequence])
    case .object(let object):
      if let items = object.items { return PickleMembers(pickle: pickle, items: pickle.sequences[items]) }
      return qualifiedName == "collections.OrderedDict" ? .none(of: self) : nil
    default: return nil
    }
  }

  /// The member of a dictionary with a text as its key; of several the last one counts.
  subscript(key: String) -> PickleValue? { members?.last { $0.key.text == key }?.value }

  /// The elements of a tuple or a list, unless there are more of them than the caller has use for: many values may share
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

  /// What an object was made by and from; of many arguments the first few.
  var call: (constructor: PickleValue, arguments: [PickleValue])? {
    guard case .object(let object) = node else { return nil }
    return (value(object.constructor), pickle.sequences[object.arguments].prefix(16).map(value))
  }

  /// The state that an object was given.
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
      // How protocols 0 and 1 make an object of a class.
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
  /// The places of keys and values in turn.
  let items: [Int]

  /// No members.
  static func none(of value: PickleValue) -> PickleMembers { PickleMembers(pickle: value.pickle, items: []) }

  var startIndex: Int { 0 }
  var endIndex: Int { items.count / 2 }

  subscript(position: Int) -> (key: PickleValue, value: PickleValue) {
    (PickleValue(pickle, items[2 * position]), PickleValue(pickle, items[2 * position + 1]))
  }
}
