import Diagnostics

extension Expression {
  /// The names in the expression with their ranges, in order; names of functions are not included.
  package var names: [(name: String, range: SourceRange)] {
    if case .name(let name) = kind { return [(name, range)] }
    return operands.flatMap(\.names)
  }

  /// The direct subexpressions.
  package var operands: [Expression] {
    switch kind {
    case .integer, .real, .name, .unreadable: []
    case .each(let inner): [inner]
    case .list(let elements): elements
    case .element(let base, let index): [base, index]
    case .slice(let base, let from, let upTo): [base, from, upTo].compactMap { $0 }
    case .call(_, let arguments): arguments.map(\.value)
    case .unary(_, let operand): [operand]
    case .binary(_, let left, let right): [left, right]
    case .conditional(let then, let condition, let otherwise): [then, condition, otherwise]
    }
  }
}
