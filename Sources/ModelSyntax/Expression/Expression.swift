import Diagnostics

/// An expression of the model language: the value of an argument, a source or a default, before evaluation.
///
/// The language is a small subset of Python's expressions, with Python's precedence and its `//`, `%`, slices and `a if
/// c else b`. It has no strings, assignments, function definitions or loops. `parseExpression` parses the text of a
/// model file; the text is never executed.
package struct Expression: Sendable {
  package indirect enum Kind: Sendable {
    case integer(Int)
    case real(Double)
    /// A name, possibly dotted: `c2`, `half.0`, `backbone.p3`, `nn.ReLU`.
    case name(String)
    /// `x.*`: the entry is repeated for every element of the tuple `x`.
    case each(Expression)
    case list([Expression])
    case element(of: Expression, Expression)
    case slice(of: Expression, from: Expression?, upTo: Expression?)
    case call(String, [CallArgument])
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case conditional(then: Expression, condition: Expression, otherwise: Expression)
    /// An expression that could not be read and was reported. Its value, and every value that depends on it, is
    /// unknown.
    case unreadable
  }

  package struct CallArgument: Sendable {
    package let label: String?
    package let value: Expression
  }

  package enum UnaryOperator: String, Sendable {
    case minus = "-"
    case not
  }

  package enum BinaryOperator: String, Sendable {
    case or, and
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"

    /// The precedence of the operator; a larger value binds tighter.
    var precedence: Int {
      switch self {
      case .or: 1
      case .and: 2
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 4
      case .plus, .minus: 5
      case .times, .divide, .floorDivide, .remainder: 6
      }
    }
  }

  package let kind: Kind
  package let range: SourceRange

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  /// Whether the expression could not be read.
  var isUnreadable: Bool { if case .unreadable = kind { true } else { false } }

  /// The expression's value when it consists of integers alone.
  package var constantInteger: Int? { constantInteger(names: [:]) }

  /// The expression's value when it consists of integers and the given names.
  func constantInteger(names: [String: Int]) -> Int? {
    switch kind {
    case .integer(let value):
      return value
    case .name(let name):
      return names[name]
    case .unary(.minus, let operand):
      return operand.constantInteger(names: names).flatMap { exact(0.subtractingReportingOverflow($0)) }
    case .binary(let operation, let left, let right):
      guard let a = left.constantInteger(names: names), let b = right.constantInteger(names: names) else { return nil }
      switch operation {
      case .plus: return exact(a.addingReportingOverflow(b))
      case .minus: return exact(a.subtractingReportingOverflow(b))
      case .times: return exact(a.multipliedReportingOverflow(by: b))
      case .floorDivide:
        guard b != 0, let quotient = exact(a.dividedReportingOverflow(by: b)) else { return nil }
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient
      default: return nil
      }
    default:
      return nil
    }
  }
}

/// The result of an overflow-reporting operation; `nil` when it overflowed.
private func exact(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
  result.overflow ? nil : result.partialValue
}
