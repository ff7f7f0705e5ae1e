import Diagnostics
import ModelIR
import ModelSyntax

/// The functions of the model language.
extension ExpressionEvaluator {
  func call(
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
      guard a > 0, b > 0 else {
        throw .fault(.undefinedArithmetic, "gcd needs numbers above 0", range, column: .arguments)
      }
      return .integer(greatestCommonDivisor(a, b))
    case "divisible":
      // The least multiple of the second that is not below the first.
      try expectCount(2)
      let (number, divisor) = (try integer(values[0], range), try integer(values[1], range))
      guard divisor > 0, divisor < 1 << 31, number.magnitude < 1 << 31 else {
        throw .fault(
          .undefinedArithmetic, "divisible(…) is for small numbers and a divisor above 0", range, column: .arguments)
      }
      return .integer(-floorDivide(-number, divisor) * divisor)
    case "scaled":
      // A width times a factor, rounded up to a multiple of 8, and at least 8.
      try expectCount(2)
      let width = try real(values[0], arguments[0].value.range)
      let eighths = (width * (try real(values[1], arguments[1].value.range)) / 8).rounded(.up)
      guard eighths.magnitude < 0x1p40 else {
        throw .fault(.undefinedArithmetic, "this number is too large", range, column: .arguments)
      }
      return .integer(max(Int(eighths), 1) * 8)
    case "pick":
      try expectCount(2)
      return try pick(values[0], values[1], arguments, range)
    case "group":
      // Number `index` of `count` equal parts of a tuple.
      try expectCount(3)
      let elements = try tuple(values[0], arguments[0].value.range)
      let (index, count) = (try integer(values[1], range), try integer(values[2], range))
      guard count > 0, (0..<count).contains(index), !elements.isEmpty, elements.count % count == 0 else {
        var fault = ElaborationFailure.Fault(
          code: .unevenGroups, message: "\(elements.count) sources cannot be cut into \(count) groups of levels",
          range: range, column: .from, culprit: values[0])
        fault.notes = ["a dual head takes twice as many sources as it has levels, a triple head three times as many"]
        fault.help = groupHelp(elements.count, count)
        fault.groupCount = count
        throw .fault(fault)
      }
      let size = elements.count / count
      return .tuple(Array(elements[index * size..<(index + 1) * size]))
    default:
      throw .fault(
        .unknownName, "there is no function '\(name)'", range,
        help: didYouMean(
          name, among: ["channels", "len", "sum", "min", "max", "int", "gcd", "divisible", "scaled", "pick", "group"]))
    }
  }

  /// What number of sources would do.
  private func groupHelp(_ written: Int, _ count: Int) -> [String] {
    guard count > 1, written > 0 else { return [] }
    let less = written / count * count
    return ["give every group the same levels: \(less > 0 ? "\(less) or " : "")\(less + count) sources"]
  }

  /// Element `index[i]` of each tuple `i`.
  func pick(
    _ tuples: Value, _ index: Value, _ arguments: [Expression.CallArgument], _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    let sources = try tuple(tuples, arguments[0].value.range)
    let indices = try tuple(index, arguments[1].value.range)
    guard indices.count == sources.count else {
      throw .fault(
        .inputCount,
        "\(sources.count) tuple\(sources.count == 1 ? "" : "s") and \(indices.count) "
          + "\(indices.count == 1 ? "index" : "indices"); there has to be one index for each", range,
        column: .arguments,
        notes: ["the last source is the map that the chosen ones are added to, and has no index"], culprit: index)
    }
    var picked: [Value] = []
    for (position, source) in sources.enumerated() {
      if source.isPoisoned { throw .poisoned }
      guard case .tuple(let elements) = source else {
        throw .fault(
          .notATuple, "source \(position) has to be a tuple to choose from, and it is \(source.kind)", range,
          culprit: source)
      }
      let chosen = try integer(indices[position], range)
      guard elements.indices.contains(chosen) else {
        throw .fault(
          .argumentRange, "index \(chosen) is none of source \(position), a tuple of \(elements.count)", range,
          column: .arguments, notes: ["its indices are 0 to \(elements.count - 1)"], culprit: index)
      }
      picked.append(elements[chosen])
    }
    return .tuple(picked)
  }

  func activation(
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
}
