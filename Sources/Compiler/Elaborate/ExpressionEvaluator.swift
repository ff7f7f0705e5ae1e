import Diagnostics
import ModelIR
import ModelSyntax

/// Evaluates expressions in a scope.
///
/// The only property of a tensor that an expression can read is its number of channels, which is known as soon as the
/// tensor exists. This is why hidden widths can depend on input widths and one pass suffices.
struct ExpressionEvaluator {
  let scope: Scope
  let builder: GraphBuilder
  /// Shared by all evaluators of a model.
  let budget: EvaluationBudget
  /// The index of the element that `….*` selects, in an entry that is repeated over tuples.
  var eachIndex: Int?
  /// Names defined later, to distinguish a forward reference from an unknown name.
  var laterNames: Set<String> = []
  /// The name of the row or entry that contains the expression.
  var ownName: String?
  /// The model's parameters, when the expression belongs to a block and cannot use them.
  var outerNames: Set<String> = []
  /// Whether rows or parameters could not be read, so that an unknown name may be one of theirs.
  var hasUnreadNames = false
  /// Words that would be names here if they were spelt correctly.
  var otherWords: [String] = []
  /// Whether the value may be true or false.
  var acceptsTruth = false
  /// The meaning of an integer in the source of a row; `nil` in all other contexts.
  var rowAtIndex: ((Int, SourceRange) throws(ElaborationFailure) -> Value)?

  /// Words that are defined in every expression.
  static let constants: [String: Value] = [
    "none": .none, "None": .none, "true": .boolean(true), "True": .boolean(true), "false": .boolean(false),
    "False": .boolean(false), "nearest": .word("nearest"), "bilinear": .word("bilinear"), "bicubic": .word("bicubic"),
    "rows": .word("rows"), "columns": .word("columns"),
  ]

  func evaluate(_ expression: Expression) throws(ElaborationFailure) -> Value {
    // It was already reported that the budget is spent.
    if budget.isSpent { throw .poisoned }
    let value: Value
    do throws(ElaborationFailure) {
      value = try valueOfAny(expression)
    } catch {
      // The innermost expression that fails is reported.
      throw error.mapped { if $0.blamed.isEmpty { $0.blamed = expression.names.map(\.name) } }
    }
    budget.spend(on: value)
    if budget.isSpent {
      throw .fault(
        .tooLarge, "the model's expressions take too much work", expression.range, column: .arguments,
        notes: ["every copy of a block evaluates its expressions again"])
    }
    return value
  }

  private func valueOfAny(_ expression: Expression) throws(ElaborationFailure) -> Value {
    switch expression.kind {
    case .integer(let value):
      return .integer(value)
    case .real(let value):
      return .real(value)
    case .name(let name):
      return try resolve(name, expression.range)
    case .each(let inner):
      let elements = try tuple(inner)
      guard let eachIndex else {
        throw .fault(.invalidExpression, "'.*' repeats an entry, whose name has to end in '.*' too", expression.range)
      }
      guard eachIndex < elements.count else {
        throw .fault(.inputCount, "this tuple has only \(elements.count) elements", expression.range)
      }
      return elements[eachIndex]
    case .unreadable:
      throw .poisoned
    case .list(let elements):
      return try list(of: elements, expression.range, evaluate)
    case .element(let base, let position):
      let elements = try tuple(base)
      let written = try integer(position)
      let index = written < 0 ? written + elements.count : written
      guard elements.indices.contains(index) else {
        throw .fault(.argumentRange, "there is no element \(written); this has \(elements.count)", expression.range)
      }
      return elements[index]
    case .slice(let base, let from, let upTo):
      let elements = try tuple(base)
      let lower = clamp(try from.map { (e) throws(ElaborationFailure) in try integer(e) } ?? 0, to: elements.count)
      let upper = clamp(
        try upTo.map { (e) throws(ElaborationFailure) in try integer(e) } ?? elements.count, to: elements.count)
      return .tuple(Array(elements[lower..<max(lower, upper)]))
    case .call(let name, let arguments):
      return try call(name, arguments, expression.range)
    case .unary(let operation, let operand):
      return try apply(operation, try evaluate(operand), expression.range)
    case .binary(.and, let left, let right):
      return .boolean(try truth(left) ? try truth(right) : false)
    case .binary(.or, let left, let right):
      return .boolean(try truth(left) ? true : try truth(right))
    case .binary(let operation, let left, let right):
      return try apply(operation, try evaluate(left), try evaluate(right), expression.range)
    case .conditional(let then, let condition, let otherwise):
      return try evaluate(try truth(condition) ? then : otherwise)
    }
  }

  /// Evaluates the source of a row or entry. Integers mean rows there, also inside a list.
  func evaluateSource(_ expression: Expression) throws(ElaborationFailure) -> Value {
    switch expression.kind {
    case .list(let elements):
      return try list(of: elements, expression.range, evaluateSource)
    default:
      if let index = expression.constantInteger {
        if let rowAtIndex { return try rowAtIndex(index, expression.range) }
        guard index == -1, scope.previous != .none else {
          throw .fault(.unknownName, "the only number allowed here is -1, the previous entry", expression.range)
        }
        return scope.previous
      }
      return try evaluate(expression)
    }
  }

  /// The values of the elements of a list. An unknown name beside another one is a separate error.
  private func list(
    of elements: [Expression], _ range: SourceRange, _ evaluate: (Expression) throws(ElaborationFailure) -> Value
  ) throws(ElaborationFailure) -> Value {
    try Value.checkLength(elements.count, range)
    var failure: ElaborationFailure?
    var values: [Value] = []
    for element in elements {
      let value = failure.attempt { () throws(ElaborationFailure) in try evaluate(element) }
      if let value { values.append(value) }
    }
    if let failure { throw failure }
    return try Value.list(values, range)
  }

  /// The number of repetitions of an entry with `.*` in its source or arguments; `nil` when there is none.
  func repetitions(in expressions: [Expression]) throws(ElaborationFailure) -> Int? {
    var count: Int?
    for expression in expressions {
      for inner in expression.eachOperands {
        let elements = try tuple(inner)
        if let count, count != elements.count {
          throw .fault(.inputCount, "this tuple has \(elements.count) elements, the other one \(count)", inner.range)
        }
        count = elements.count
      }
    }
    return count
  }

  func resolve(_ name: String, _ range: SourceRange) throws(ElaborationFailure) -> Value {
    if let (base, indices) = scope.resolve(name) {
      var value = base
      for index in indices {
        if value.isPoisoned { throw .poisoned }
        guard case .tuple(let elements) = value else {
          throw .fault(.notATuple, "'\(name)' selects from a tuple, and this is \(value.kind)", range)
        }
        guard elements.indices.contains(index) else {
          throw .fault(.argumentRange, "there is no element \(index); the tuple has \(elements.count)", range)
        }
        value = elements[index]
      }
      if case .poisoned = value { throw .poisoned }
      return value
    }
    if let value = Self.constants[name] { return value }
    if let activation = Activation(torchName: torchClass(name)) { return .activation(activation) }
    if laterNames.contains(name) {
      throw .fault(
        .forwardReference, name == ownName ? "'\(name)' reads itself" : "'\(name)' comes later", range,
        notes: ["a row can only read earlier rows"])
    }
    if outerNames.contains(name) {
      throw .fault(
        .unknownName, "'\(name)' is a parameter of the model, not of this block", range,
        notes: ["a block means the same in every model, so it sees only its own arguments"],
        help: ["add '\(name)' to the block's parameters and give it as an argument"])
    }
    if hasUnreadNames { throw .poisoned }
    // The two dialects have different names for the class count.
    let other = ["nc": "classes", "classes": "nc"][name].flatMap { scope[$0] == nil ? nil : $0 }
    let message = "the name '\(name)' is not defined here"
    if name == "images" {
      throw .fault(
        .unknownName, message, range, notes: ["a block reads only what its row passes to it"],
        help: ["write x for the block's input"])
    }
    if let other {
      throw .fault(.unknownName, message, range, help: ["the number of classes is called '\(other)' here"])
    }
    if let truth = truthValue(of: name) {
      throw .fault(
        .unknownName, message, range, notes: [truthNote(name)], help: acceptsTruth ? ["write \(truth)"] : [])
    }
    throw .wrongName(
      .unknownName, message, name, among: scope.names + laterNames + otherWords + ["none", "true", "false"], at: range)
  }

  /// The class in a path such as `nn.ReLU` or `torch.nn.ReLU`.
  func torchClass(_ name: String) -> String {
    for prefix in ["torch.nn.", "nn."] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
    return name
  }
}

extension Expression {
  /// The tuples that `.*` ranges over, anywhere in the expression.
  fileprivate var eachOperands: [Expression] {
    if case .each(let inner) = kind { return [inner] }
    return operands.flatMap(\.eachOperands)
  }
}

/// The truth value that YAML 1.1 readers take a word for: `true` or `false`; `nil` when it is a string.
func truthValue(of word: String) -> String? {
  ["yes": "true", "on": "true", "no": "false", "off": "false"][word.lowercased()]
}

/// The reason why those readers take a word for neither a name nor a number.
func truthNote(_ word: String) -> String {
  "YAML 1.1 readers read '\(word)' as a truth value, others as a string"
}
