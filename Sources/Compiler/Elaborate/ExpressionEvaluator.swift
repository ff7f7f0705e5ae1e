import Diagnostics
import ModelIR
import ModelSyntax

/// Evaluates expressions in a scope.
///
/// The only facts about tensors that an expression can ask for are their channels, which the builder knows as soon as
/// the tensor exists. That is what lets hidden widths follow input widths in one straight pass.
struct ExpressionEvaluator {
  let scope: Scope
  let builder: GraphBuilder
  /// For an entry that is repeated over tuples: which element `….*` stands for.
  var eachIndex: Int?
  /// Names that exist further down, to tell a forward reference from a wrong name.
  var laterNames: Set<String> = []
  /// The name of the row or entry whose expression it is.
  var ownName: String?
  /// What an integer means where a source of a row is expected; nothing elsewhere.
  var rowAtIndex: ((Int, SourceRange) throws(ElaborationFailure) -> Value)?

  /// Words with a meaning in every expression.
  private static let constants: [String: Value] = [
    "none": .none, "None": .none, "true": .boolean(true), "True": .boolean(true), "false": .boolean(false),
    "False": .boolean(false), "nearest": .word("nearest"), "rows": .word("rows"), "columns": .word("columns"),
  ]

  /// More elements than this in one list are a mistake.
  private static let longestList = 4096

  func evaluate(_ expression: Expression) throws(ElaborationFailure) -> Value {
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
    case .list(let elements):
      var values: [Value] = []
      for element in elements { values.append(try evaluate(element)) }
      return .tuple(values)
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
      var values: [Value] = []
      for element in elements { values.append(try evaluateSource(element)) }
      return .tuple(values)
    default:
      if let index = expression.constantInteger {
        if let rowAtIndex { return try rowAtIndex(index, expression.range) }
        guard index == -1, scope.previous != .none else {
          throw .fault(.unknownName, "only -1, the entry before, can be a number here", expression.range)
        }
        return scope.previous
      }
      return try evaluate(expression)
    }
  }

  /// How often an entry with `.*` in its source or arguments is repeated; nothing when there is none.
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

  // MARK: Names

  private func resolve(_ name: String, _ range: SourceRange) throws(ElaborationFailure) -> Value {
    if let (base, indices) = scope.resolve(name) {
      var value = base
      for index in indices {
        if value.isPoisoned { throw .poisoned }
        guard case .tuple(let elements) = value else {
          throw .fault(.notATuple, "'\(name)' chooses from a tuple, and this is \(value.kind)", range)
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
        notes: ["a row can only read rows that stand before it"])
    }
    // The two dialects call the class count differently.
    let other = ["nc": "classes", "classes": "nc"][name].flatMap { scope[$0] == nil ? nil : $0 }
    throw .fault(
      .unknownName, "nothing is called '\(name)' here", range,
      help: other.map { ["the number of classes is called '\($0)' here"] }
        ?? didYouMean(name, among: scope.names + laterNames + ["none", "true", "false"]))
  }

  /// The class in a path such as `nn.ReLU` or `torch.nn.ReLU`.
  private func torchClass(_ name: String) -> String {
    for prefix in ["torch.nn.", "nn."] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
    return name
  }

  // MARK: Functions

  private func call(
    _ name: String, _ arguments: [Expression.CallArgument], _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    let torchName = torchClass(name)
    if Activation.torchNames.contains(torchName) { return try activation(torchName, arguments, range) }
    var values: [Value] = []
    for argument in arguments {
      if argument.label != nil { throw .fault(.surplusArgument, "'\(name)' takes its arguments by position", range) }
      values.append(try evaluate(argument.value))
    }
    func expectCount(_ count: Int) throws(ElaborationFailure) {
      guard values.count == count else {
        throw .fault(
          values.count < count ? .missingArgument : .surplusArgument,
          "'\(name)' takes \(count) argument\(count == 1 ? "" : "s"), not \(values.count)", range)
      }
    }
    switch name {
    case "channels":
      try expectCount(1)
      guard case .tensor(let id) = values[0] else {
        throw .fault(.notATensor, "channels(…) needs a tensor, and this is \(values[0].kind)", arguments[0].value.range)
      }
      return .integer(builder.type(of: id).channels)
    case "len":
      try expectCount(1)
      return .integer(try tuple(values[0], arguments[0].value.range).count)
    case "sum":
      try expectCount(1)
      var total = Value.integer(0)
      for element in try tuple(values[0], arguments[0].value.range) { total = try apply(.plus, total, element, range) }
      return total
    case "min", "max":
      guard let first = values.first else { throw .fault(.missingArgument, "'\(name)' needs arguments", range) }
      let candidates: [Value]
      if values.count == 1 { candidates = try tuple(first, arguments[0].value.range) } else { candidates = values }
      guard var best = candidates.first else { throw .fault(.missingArgument, "'\(name)' of nothing", range) }
      for candidate in candidates {
        let isBetter = try apply(name == "min" ? .less : .greater, candidate, best, range)
        if isBetter == .boolean(true) { best = candidate }
      }
      return best
    case "int":
      try expectCount(1)
      let number = try real(values[0], arguments[0].value.range)
      guard number.magnitude < 0x1p62 else {
        throw .fault(.undefinedArithmetic, "this number is too large", range, column: .arguments)
      }
      return .integer(Int(number))  // towards zero, as Python's int
    case "gcd":
      try expectCount(2)
      let (a, b) = (try integer(values[0], range), try integer(values[1], range))
      guard a > 0, b > 0 else { throw .fault(.undefinedArithmetic, "gcd needs numbers above 0", range, column: .arguments) }
      return .integer(greatestCommonDivisor(a, b))
    case "divisible":
      // The least multiple of the second that is not below the first.
      try expectCount(2)
      let (number, divisor) = (try integer(values[0], range), try integer(values[1], range))
      guard divisor > 0, divisor < 1 << 31, number.magnitude < 1 << 31 else {
        throw .fault(.undefinedArithmetic, "divisible(…) is for small numbers and a divisor above 0", range, column: .arguments)
      }
      return .integer(-floorDivide(-number, divisor) * divisor)
    case "pick":
      try expectCount(2)
      return try pick(values[0], values[1], arguments, range)
    case "group":
      // Number `index` of `count` equal parts of a tuple.
      try expectCount(3)
      let elements = try tuple(values[0], arguments[0].value.range)
      let (index, count) = (try integer(values[1], range), try integer(values[2], range))
      guard count > 0, (0..<count).contains(index), !elements.isEmpty, elements.count % count == 0 else {
        throw .fault(
          .inputCount, "\(elements.count) sources cannot be cut into \(count) groups of levels", range,
          notes: ["a dual head takes twice as many sources as it has levels, a triple head three times as many"])
      }
      let size = elements.count / count
      return .tuple(Array(elements[index * size..<(index + 1) * size]))
    default:
      throw .fault(
        .unknownName, "there is no function '\(name)'", range,
        help: didYouMean(
          name, among: ["channels", "len", "sum", "min", "max", "int", "gcd", "divisible", "pick", "group"]))
    }
  }

  /// Element `index[i]` of each tuple `i`.
  private func pick(
    _ tuples: Value, _ index: Value, _ arguments: [Expression.CallArgument], _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    let sources = try tuple(tuples, arguments[0].value.range)
    let indices = try tuple(index, arguments[1].value.range)
    guard indices.count == sources.count else {
      throw .fault(
        .inputCount, "\(sources.count) tuple\(sources.count == 1 ? "" : "s") and \(indices.count) "
          + "\(indices.count == 1 ? "index" : "indices"); there has to be one index for each", range)
    }
    var picked: [Value] = []
    for (position, source) in sources.enumerated() {
      if source.isPoisoned { throw .poisoned }
      guard case .tuple(let elements) = source else {
        throw .fault(
          .notATuple, "source \(position) has to be a tuple to choose from, and it is \(source.kind)", range, culprit: source)
      }
      let chosen = try integer(indices[position], range)
      guard elements.indices.contains(chosen) else {
        throw .fault(
          .argumentRange, "index \(chosen) is beyond source \(position), a tuple of \(elements.count)", range,
          culprit: source)
      }
      picked.append(elements[chosen])
    }
    return .tuple(picked)
  }

  private func activation(
    _ name: String, _ arguments: [Expression.CallArgument], _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    var argument: Double?
    for written in arguments where written.label != "inplace" {
      guard written.label == nil || ["negative_slope", "alpha"].contains(written.label), argument == nil else {
        throw .fault(.surplusArgument, "'\(name)' does not take this argument", written.value.range)
      }
      let value = try evaluate(written.value)
      if case .boolean = value { continue }  // `nn.ReLU(True)`: in place, which is nothing to us
      argument = try real(value, written.value.range)
    }
    guard let activation = Activation(torchName: name, argument: argument) else {
      throw .fault(.surplusArgument, "'\(name)' takes no argument", range)
    }
    return .activation(activation)
  }

  // MARK: Operators

  private func apply(
    _ operation: Expression.UnaryOperator, _ operand: Value, _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    switch (operation, operand) {
    case (_, .poisoned): throw .poisoned
    case (.not, _): return .boolean(!(try truth(operand, range)))
    case (.minus, .real(let number)): return .real(-number)
    case (.minus, _): return try apply(.minus, .integer(0), operand, range)
    }
  }

  private func apply(
    _ operation: Expression.BinaryOperator, _ left: Value, _ right: Value, _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    switch (left, right) {
    case (.poisoned, _), (_, .poisoned):
      throw .poisoned
    case (.integer(let a), .integer(let b)):
      return try apply(operation, a, b, range)
    case (.tuple(let a), .tuple(let b)) where operation == .plus:
      guard a.count + b.count <= Self.longestList else { throw .fault(.tooLarge, "this list is too long", range) }
      return .tuple(a + b)
    case _ where operation == .equal: return .boolean(left == right)
    case _ where operation == .notEqual: return .boolean(left != right)
    default:
      let (a, b) = (try real(left, range), try real(right, range))
      return try apply(operation, a, b, range)
    }
  }

  private func apply(
    _ operation: Expression.BinaryOperator, _ a: Int, _ b: Int, _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .plus: result = a.addingReportingOverflow(b)
    case .minus: result = a.subtractingReportingOverflow(b)
    case .times: result = a.multipliedReportingOverflow(by: b)
    case .divide:
      return try apply(operation, Double(a), Double(b), range)
    case .floorDivide, .remainder:
      guard b != 0 else { throw .fault(.undefinedArithmetic, "division by zero", range, column: .arguments) }
      let (quotient, overflow) = a.dividedReportingOverflow(by: b)
      guard !overflow else { throw .fault(.undefinedArithmetic, "this number does not fit in 64 bits", range, column: .arguments) }
      // Python rounds the quotient down, so the remainder has the divisor's sign.
      let isBelow = a % b != 0 && (a < 0) != (b < 0)
      if operation == .floorDivide { return .integer(isBelow ? quotient - 1 : quotient) }
      return .integer(isBelow ? a % b + b : a % b)
    case .equal: return .boolean(a == b)
    case .notEqual: return .boolean(a != b)
    case .less: return .boolean(a < b)
    case .lessOrEqual: return .boolean(a <= b)
    case .greater: return .boolean(a > b)
    case .greaterOrEqual: return .boolean(a >= b)
    case .and, .or: preconditionFailure("'and' and 'or' are evaluated one side at a time.")
    }
    guard !result.overflow else {
      throw .fault(.undefinedArithmetic, "this number does not fit in 64 bits", range, column: .arguments)
    }
    return .integer(result.partialValue)
  }

  private func apply(
    _ operation: Expression.BinaryOperator, _ a: Double, _ b: Double, _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    let result: Double
    switch operation {
    case .plus: result = a + b
    case .minus: result = a - b
    case .times: result = a * b
    case .divide, .floorDivide, .remainder:
      guard b != 0 else { throw .fault(.undefinedArithmetic, "division by zero", range, column: .arguments) }
      let quotient = a / b
      if operation == .divide { result = quotient } else if operation == .floorDivide { result = quotient.rounded(.down) }
      else { result = a - quotient.rounded(.down) * b }
    case .equal: return .boolean(a == b)
    case .notEqual: return .boolean(a != b)
    case .less: return .boolean(a < b)
    case .lessOrEqual: return .boolean(a <= b)
    case .greater: return .boolean(a > b)
    case .greaterOrEqual: return .boolean(a >= b)
    case .and, .or: preconditionFailure("'and' and 'or' are evaluated one side at a time.")
    }
    guard result.isFinite else { throw .fault(.undefinedArithmetic, "this number is too large", range, column: .arguments) }
    return .real(result)
  }

  // MARK: Kinds

  private func clamp(_ index: Int, to count: Int) -> Int {
    min(max(index < 0 ? index + count : index, 0), count)
  }

  private func tuple(_ expression: Expression) throws(ElaborationFailure) -> [Value] {
    try tuple(try evaluate(expression), expression.range)
  }

  private func tuple(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> [Value] {
    switch value {
    case .tuple(let elements): return elements
    case .poisoned: throw .poisoned
    default:
      throw .fault(
        .notATuple, "a tuple was expected here, and this is \(value.kind)", range, column: value.column,
        help: value.isTensor ? ["write the sources as a list"] : [])
    }
  }

  private func integer(_ expression: Expression) throws(ElaborationFailure) -> Int {
    try integer(try evaluate(expression), expression.range)
  }

  private func integer(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> Int {
    switch value {
    case .integer(let number): return number
    case .poisoned: throw .poisoned
    default: throw .fault(.argumentKind, "an integer was expected here, and this is \(value.kind)", range, column: value.column)
    }
  }

  private func real(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> Double {
    switch value {
    case .integer(let number): return Double(number)
    case .real(let number): return number
    case .poisoned: throw .poisoned
    default: throw .fault(.argumentKind, "a number was expected here, and this is \(value.kind)", range, column: value.column)
    }
  }

  private func truth(_ expression: Expression) throws(ElaborationFailure) -> Bool {
    try truth(try evaluate(expression), expression.range)
  }

  private func truth(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> Bool {
    switch value {
    case .boolean(let truth): return truth
    case .integer(let number): return number != 0
    case .none: return false
    case .poisoned: throw .poisoned
    default: throw .fault(.argumentKind, "true or false was expected here, and this is \(value.kind)", range, column: value.column)
    }
  }
}

extension Value {
  /// The column of a row that such a value comes from, when it is of the wrong kind in a block.
  fileprivate var column: ElaborationFailure.Column { tensors.isEmpty ? .arguments : .from }
}

extension Expression {
  /// The tuples that `.*` ranges over, anywhere in the expression.
  fileprivate var eachOperands: [Expression] {
    switch kind {
    case .integer, .real, .name: []
    case .each(let inner): [inner]
    case .list(let elements): elements.flatMap(\.eachOperands)
    case .element(let base, let index): base.eachOperands + index.eachOperands
    case .slice(let base, let from, let upTo): [base, from, upTo].compactMap { $0 }.flatMap(\.eachOperands)
    case .call(_, let arguments): arguments.flatMap(\.value.eachOperands)
    case .unary(_, let operand): operand.eachOperands
    case .binary(_, let left, let right): left.eachOperands + right.eachOperands
    case .conditional(let then, let condition, let otherwise):
      [then, condition, otherwise].flatMap(\.eachOperands)
    }
  }
}
