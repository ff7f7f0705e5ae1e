import Tensors

/// Names the tensors of a state dictionary or of a module tree as `state_dict()` does.
///
/// Modules may be shared and may, in a malicious file, contain themselves; a budget limits the walk.
struct ModuleWalk {
  private(set) var tensors: [(name: String, tensor: TensorView)] = []
  /// The values that cannot be read, by name, with the reason.
  private(set) var refusals: [(name: String, reason: String)] = []
  /// The ε of the batch normalisations, each value once.
  private(set) var epsilons: Set<Double> = []
  /// The number of members that may still be visited; the initial budget exceeds that of any checkpoint.
  private var budget = 20_000_000
  private var modules = 0

  static let maximumDepth = 100
  static let maximumModules = 100_000
  static let maximumTensors = 200_000
  /// The maximum number of a module's attributes. Many values may share one state, and each is searched by name.
  static let maximumAttributes = 1000
  /// The maximum size in bytes of a tensor's full name, to which every enclosing module adds its own.
  static let maximumNameLength = 1000

  /// Whether a value is a module: an object whose state has `_modules` and `_parameters`.
  static func isModule(_ value: PickleValue) -> Bool {
    guard let state = value.state, let attributes = state.members, attributes.count <= maximumAttributes else {
      return false
    }
    return state["_modules"]?.members != nil && state["_parameters"] != nil
  }

  /// Whether a value is a dictionary of tensors by name.
  static func isStateDictionary(_ value: PickleValue) -> Bool {
    guard let members = value.members else { return false }
    // A value that is not a tensor may be among them, such as `_extra_state`.
    return members.prefix(64).contains { key, value in
      key.text != nil && value.call?.constructor.qualifiedName?.hasPrefix("torch._utils._rebuild_") == true
    }
  }

  init(_ value: PickleValue) throws(Refusal) {
    if Self.isModule(value) {
      try walk(value)
    } else {
      for (key, value) in value.members ?? .none(of: value) {
        if let name = key.text { try add(name, value) }
      }
    }
  }

  /// Every module below a root, the root first, as far as the budget allows.
  private mutating func walk(_ root: PickleValue) throws(Refusal) {
    var waiting = [(module: root, prefix: "", depth: 0)]
    while let (module, prefix, depth) = waiting.popLast() {
      modules += 1
      guard depth <= Self.maximumDepth, modules <= Self.maximumModules else {
        throw Refusal("it has too many modules")
      }
      let state = module.state
      try spend(state)
      if let epsilon = state?["eps"]?.number, state?["_buffers"]?["running_var"] != nil { epsilons.insert(epsilon) }
      let notStored = state?["_non_persistent_buffers_set"]?.elements ?? []
      try spend(notStored.count)
      let hidden = Set(notStored.compactMap(\.text))
      for part in ["_parameters", "_buffers"] {
        for (key, value) in try spend(state?[part]) ?? .none(of: root) {
          guard let name = key.text, part == "_parameters" || !hidden.contains(name) else { continue }
          try add(try joined(prefix, name), value)
        }
      }
      // The stack is filled in reverse, so that modules are visited in their order.
      for (key, value) in (try spend(state?["_modules"]) ?? .none(of: root)).reversed() {
        try spend(value.state)
        if let name = key.text, Self.isModule(value) {
          waiting.append((value, try joined(prefix, name) + ".", depth + 1))
        }
      }
    }
  }

  /// The members of a dictionary, charged to the budget.
  @discardableResult
  private mutating func spend(_ value: PickleValue?) throws(Refusal) -> PickleMembers? {
    let members = value?.members
    try spend(members?.count ?? 0)
    return members
  }

  private mutating func spend(_ count: Int) throws(Refusal) {
    budget -= count
    guard budget >= 0 else { throw Refusal("it has too many modules") }
  }

  private func joined(_ prefix: String, _ name: String) throws(Refusal) -> String {
    guard prefix.utf8.count + name.utf8.count <= Self.maximumNameLength else {
      throw Refusal("a tensor has a name of more than \(Self.maximumNameLength) bytes")
    }
    return prefix + name
  }

  private mutating func add(_ name: String, _ value: PickleValue) throws(Refusal) {
    guard tensors.count + refusals.count < Self.maximumTensors else { throw Refusal("it has too many tensors") }
    do throws(Refusal) {
      if let tensor = try TensorView(value) { tensors.append((name, tensor)) }
    } catch {
      refusals.append((name, error.reason))
    }
  }
}
