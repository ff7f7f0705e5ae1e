import Diagnostics
import ModelIR
import ModelSyntax

/// The operators of the model language, with Python's rules for integers.
extension ExpressionEvaluator {
  func apply(
    _ operation: Expression.UnaryOperator, _ operand: Value, _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    switch (operation, operand) {
    case (_, .poisoned): throw .poisoned
    case (.not, _): return .boolean(!(try truth(operand, range)))
    case (.minus, .real(let number)): return .real(-number)
    case (.minus, _): return try apply(.minus, .integer(0), operand, range)
    }
  }

  func apply(
    _ operation: Expression.BinaryOperator, _ left: Value, _ right: Value, _ range: SourceRange
  ) throws(ElaborationFailure) -> Value {
    switch (left, right) {
    case (.poisoned, _), (_, .poisoned):
      throw .poisoned
    case (.integer(let a), .integer(let b)):
      return try apply(operation, a, b, range)
    case (.tuple(let a), .tuple(let b)) where operation == .plus:
      return try Value.list(a + b, range)
    case _ where operation == .equal: return .boolean(left == right)
    case _ where operation == .notEqual: return .boolean(left != right)
    default:
      let (a, b) = (try real(left, range), try real(right, range))
      return try apply(operation, a, b, range)
    }
  }

  func apply(
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
      guard !overflow else {
        throw .fault(.undefinedArithmetic, "this number does not fit in 64 bits", range, column: .arguments)
      }
      // Python rounds the quotient down, so the remainder has the divisor's sign.
      let isBelow = a % b != 0 && (a < 0) != (b < 0)
      if operation == .floorDivide { return .integer(isBelow ? quotient - 1 : quotient) }
      return .integer(isBelow ? a % b + b : a % b)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or:
      return .boolean(compare(operation, a, b))
    }
    guard !result.overflow else {
      throw .fault(.undefinedArithmetic, "this number does not fit in 64 bits", range, column: .arguments)
    }
    return .integer(result.partialValue)
  }

  func apply(
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
      if operation == .divide {
        result = quotient
      } else if operation == .floorDivide {
        result = quotient.rounded(.down)
      } else {
        result = a - quotient.rounded(.down) * b
      }
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or:
      return .boolean(compare(operation, a, b))
    }
    guard result.isFinite else {
      throw .fault(.undefinedArithmetic, "this number is too large", range, column: .arguments)
    }
    return .real(result)
  }

  private func compare<Number: Comparable>(
    _ operation: Expression.BinaryOperator, _ a: Number, _ b: Number
  ) -> Bool {
    switch operation {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .plus, .minus, .times, .divide, .floorDivide, .remainder, .and, .or:
      preconditionFailure("'\(operation.rawValue)' does not compare two numbers.")
    }
  }
}
