import Diagnostics
import ModelIR
import ModelSyntax

/// A function of the model language: its parameters, its result in words, and its evaluation.
struct ExpressionFunction: Sendable {
  enum Parameters: Sendable {
    /// These parameters, all required.
    case named([String])
    /// One list, or one or more values.
    case listOrValues

    /// The number of arguments; `nil` when it varies.
    var count: Int? {
      switch self {
      case .named(let names): names.count
      case .listOrValues: nil
      }
    }
  }

  let name: String
  let parameters: Parameters
  /// The result of the function, in one sentence.
  let summary: String
  let evaluate: @Sendable (FunctionCall) throws(ElaborationFailure) -> Value

  /// `gcd(a, b)`.
  var signature: String {
    switch parameters {
    case .named(let names): "\(name)(\(names.joined(separator: ", ")))"
    case .listOrValues: "\(name)(values…)"
    }
  }
}

/// The signatures and summaries of the functions of the model language.
package let functionSignatures: [(name: String, text: String, summary: String)] = expressionFunctions.map {
  ($0.name, $0.signature, $0.summary)
}

/// One call of a function, with evaluated arguments.
struct FunctionCall {
  let name: String
  let values: [Value]
  /// The source range of each argument.
  let ranges: [SourceRange]
  /// The source range of the call.
  let range: SourceRange
  let evaluator: ExpressionEvaluator

  func tuple(_ index: Int) throws(ElaborationFailure) -> [Value] { try evaluator.tuple(values[index], ranges[index]) }
  func real(_ index: Int) throws(ElaborationFailure) -> Double { try evaluator.real(values[index], ranges[index]) }
  func integer(_ index: Int) throws(ElaborationFailure) -> Int { try evaluator.integer(values[index], range) }

  /// An error of arithmetic, in the arguments of the row.
  func undefined(_ message: String) -> ElaborationFailure {
    .fault(.undefinedArithmetic, message, range, column: .arguments)
  }
}

/// The functions of the model language, one row each.
let expressionFunctions: [ExpressionFunction] = [
  ExpressionFunction(
    name: "channels", parameters: .named(["tensor"]), summary: "The number of channels of a tensor."
  ) { (call) throws(ElaborationFailure) in
    guard case .tensor(let id) = call.values[0] else {
      throw .fault(.notATensor, "channels(…) needs a tensor, and this is \(call.values[0].kind)", call.ranges[0])
    }
    return .integer(call.evaluator.builder.type(of: id).channels)
  },
  ExpressionFunction(
    name: "len", parameters: .named(["list"]), summary: "The number of elements of a list or tuple."
  ) { (call) throws(ElaborationFailure) in
    .integer(try call.tuple(0).count)
  },
  ExpressionFunction(
    name: "sum", parameters: .named(["list"]), summary: "The sum of the elements of a list."
  ) { (call) throws(ElaborationFailure) in
    var total = Value.integer(0)
    for element in try call.tuple(0) { total = try call.evaluator.apply(.plus, total, element, call.range) }
    return total
  },
  ExpressionFunction(
    name: "min", parameters: .listOrValues, summary: "The smallest of the values, or of the elements of one list."
  ) { (call) throws(ElaborationFailure) in
    try call.best(by: .less)
  },
  ExpressionFunction(
    name: "max", parameters: .listOrValues, summary: "The largest of the values, or of the elements of one list."
  ) { (call) throws(ElaborationFailure) in
    try call.best(by: .greater)
  },
  ExpressionFunction(
    name: "int", parameters: .named(["number"]), summary: "The number rounded towards zero, as by Python's int."
  ) { (call) throws(ElaborationFailure) in
    let number = try call.real(0)
    guard number.magnitude < 0x1p62 else { throw call.undefined("this number is too large") }
    return .integer(Int(number))
  },
  ExpressionFunction(
    name: "gcd", parameters: .named(["a", "b"]), summary: "The greatest common divisor of two integers above 0."
  ) { (call) throws(ElaborationFailure) in
    let (a, b) = (try call.integer(0), try call.integer(1))
    guard a > 0, b > 0 else { throw call.undefined("gcd needs numbers above 0") }
    return .integer(greatestCommonDivisor(a, b))
  },
  ExpressionFunction(
    name: "divisible", parameters: .named(["number", "divisor"]),
    summary: "The smallest multiple of the divisor that is not below the number."
  ) { (call) throws(ElaborationFailure) in
    let (number, divisor) = (try call.integer(0), try call.integer(1))
    guard divisor > 0, divisor < 1 << 31, number.magnitude < 1 << 31 else {
      throw call.undefined("divisible(…) needs a number of at most 31 bits and a divisor above 0")
    }
    return .integer(-floorDivide(-number, divisor) * divisor)
  },
  ExpressionFunction(
    name: "scaled", parameters: .named(["width", "factor"]),
    summary: "The width times the factor, rounded up to a multiple of 8, at least 8."
  ) { (call) throws(ElaborationFailure) in
    let width = try call.real(0)
    let eighths = (width * (try call.real(1)) / 8).rounded(.up)
    guard eighths.magnitude < 0x1p40 else { throw call.undefined("this number is too large") }
    return .integer(max(Int(eighths), 1) * 8)
  },
  ExpressionFunction(
    name: "pick", parameters: .named(["tuples", "indices"]), summary: "Element indices[i] of each tuple i, as a tuple."
  ) { (call) throws(ElaborationFailure) in
    try call.pick()
  },
  ExpressionFunction(
    name: "group", parameters: .named(["list", "index", "count"]),
    summary: "The part with the given index, from 0, of a list that is split into count equal parts."
  ) { (call) throws(ElaborationFailure) in
    try call.group()
  },
]

extension FunctionCall {
  /// The first value, or the first element of the only list, to which no other one is preferred.
  fileprivate func best(by comparison: Expression.BinaryOperator) throws(ElaborationFailure) -> Value {
    guard !values.isEmpty else { throw .fault(.missingArgument, "'\(name)' needs arguments", range) }
    let candidates = values.count == 1 ? try tuple(0) : values
    guard var best = candidates.first else {
      throw .fault(.missingArgument, "'\(name)' needs a list with at least one element", range)
    }
    for candidate in candidates where try evaluator.apply(comparison, candidate, best, range) == .boolean(true) {
      best = candidate
    }
    return best
  }

  fileprivate func group() throws(ElaborationFailure) -> Value {
    let elements = try tuple(0)
    let (index, count) = (try integer(1), try integer(2))
    guard count > 0, (0..<count).contains(index), !elements.isEmpty, elements.count % count == 0 else {
      var fault = ElaborationFailure.Fault(
        code: .unevenGroups, message: "\(elements.count) sources cannot be split into \(count) groups of levels",
        range: range, column: .from, culprit: values[0])
      fault.notes = ["a dual head takes twice as many sources as it has levels, a triple head three times as many"]
      fault.help = groupHelp(elements.count, count)
      fault.groupCount = count
      throw .fault(fault)
    }
    let size = elements.count / count
    return .tuple(Array(elements[index * size..<(index + 1) * size]))
  }

  /// The numbers of sources that could be split into `count` groups.
  private func groupHelp(_ written: Int, _ count: Int) -> [String] {
    guard count > 1, written > 0 else { return [] }
    let less = written / count * count
    return ["give every group the same levels: \(less > 0 ? "\(less) or " : "")\(less + count) sources"]
  }

  fileprivate func pick() throws(ElaborationFailure) -> Value {
    let (sources, indices) = (try tuple(0), try tuple(1))
    guard indices.count == sources.count else {
      throw .fault(
        .inputCount,
        "\(sources.count) tuple\(sources.count == 1 ? "" : "s") and \(indices.count) "
          + "\(indices.count == 1 ? "index" : "indices"); there has to be one index for each", range,
        column: .arguments,
        notes: ["the last source is the map that the chosen ones are added to, and has no index"], culprit: values[1])
    }
    var picked: [Value] = []
    for (position, source) in sources.enumerated() {
      if source.isPoisoned { throw .poisoned }
      guard case .tuple(let elements) = source else {
        throw .fault(
          .notATuple, "source \(position) has to be a tuple to select from, and it is \(source.kind)", range,
          culprit: source)
      }
      let chosen = try evaluator.integer(indices[position], range)
      guard elements.indices.contains(chosen) else {
        throw .fault(
          .argumentRange, "source \(position), a tuple of \(elements.count), has no index \(chosen)", range,
          column: .arguments, notes: ["its indices are 0 to \(elements.count - 1)"], culprit: values[1])
      }
      picked.append(elements[chosen])
    }
    return .tuple(picked)
  }
}
