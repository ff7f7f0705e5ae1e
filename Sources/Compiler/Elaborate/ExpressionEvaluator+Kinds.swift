import Diagnostics
import ModelIR
import ModelSyntax

/// Values converted to the kind that their context requires.
extension ExpressionEvaluator {
  func clamp(_ index: Int, to count: Int) -> Int {
    min(max(index < 0 ? index + count : index, 0), count)
  }

  func tuple(_ expression: Expression) throws(ElaborationFailure) -> [Value] {
    try tuple(try evaluate(expression), expression.range)
  }

  func tuple(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> [Value] {
    switch value {
    case .tuple(let elements): return elements
    case .poisoned: throw .poisoned
    default:
      throw .fault(
        .notATuple, "a tuple was expected here, and this is \(value.kind)", range, column: value.column,
        help: value.isTensor ? ["write the sources as a list"] : [], culprit: value)
    }
  }

  func integer(_ expression: Expression) throws(ElaborationFailure) -> Int {
    try integer(try evaluate(expression), expression.range)
  }

  func integer(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> Int {
    switch value {
    case .integer(let number): return number
    case .poisoned: throw .poisoned
    default:
      throw .fault(
        .argumentKind, "an integer was expected here, and this is \(value.kind)", range, column: value.column,
        culprit: value)
    }
  }

  func real(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> Double {
    switch value {
    case .integer(let number): return Double(number)
    case .real(let number): return number
    case .poisoned: throw .poisoned
    default:
      throw .fault(
        .argumentKind, "a number was expected here, and this is \(value.kind)", range, column: value.column,
        culprit: value)
    }
  }

  func truth(_ expression: Expression) throws(ElaborationFailure) -> Bool {
    try truth(try evaluate(expression), expression.range)
  }

  func truth(_ value: Value, _ range: SourceRange) throws(ElaborationFailure) -> Bool {
    switch value {
    case .boolean(let truth): return truth
    case .integer(let number): return number != 0
    case .none: return false
    case .poisoned: throw .poisoned
    default:
      throw .fault(
        .argumentKind, "true or false was expected here, and this is \(value.kind)", range, column: value.column,
        culprit: value)
    }
  }
}

extension Value {
  /// The column of a row that a value of the wrong kind comes from.
  fileprivate var column: ElaborationFailure.Column { tensors.isEmpty ? .arguments : .from }
}
