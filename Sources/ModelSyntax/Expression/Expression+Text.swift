extension Expression {
  /// The expression as source text.
  package var description: String {
    switch kind {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .name(let name): name
    case .each(let inner): inner.asBase + ".*"
    case .list(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
    case .element(let base, let index): "\(base.asBase)[\(index.description)]"
    case .slice(let base, let from, let upTo): "\(base.asBase)[\(from?.description ?? ""):\(upTo?.description ?? "")]"
    case .call(let name, let arguments):
      "\(name)(\(arguments.map { ($0.label.map { "\($0)=" } ?? "") + $0.value.description }.joined(separator: ", ")))"
    case .unary(.minus, let operand): "-\(operand.grouped)"
    case .unary(.not, let operand): "not \(operand.grouped)"
    case .binary(let operation, let left, let right): "\(left.grouped) \(operation.rawValue) \(right.grouped)"
    case .conditional(let then, let condition, let otherwise):
      "\(then.grouped) if \(condition.grouped) else \(otherwise.grouped)"
    case .unreadable: "?"
    }
  }

  /// The expression in parentheses when an operator beside it could bind to a part of it.
  private var grouped: String {
    switch kind {
    case .unary, .binary, .conditional: "(\(description))"
    case .integer, .real, .name, .each, .list, .element, .slice, .call, .unreadable: description
    }
  }

  /// The expression in parentheses when a suffix (an index, a slice) would bind to a part of it.
  private var asBase: String {
    switch kind {
    case .integer, .real, .each: "(\(description))"
    default: grouped
    }
  }
}
