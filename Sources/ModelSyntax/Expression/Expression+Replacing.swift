extension Expression {
  /// The expression with some names replaced by expressions.
  package func replacing(_ names: [String: Expression]) -> Expression {
    func inner(_ expression: Expression) -> Expression { expression.replacing(names) }
    let replaced: Kind
    switch kind {
    case .integer, .real, .unreadable: replaced = kind
    case .name(let name): return names[name] ?? self
    case .each(let operand): replaced = .each(inner(operand))
    case .list(let elements): replaced = .list(elements.map(inner))
    case .element(let base, let index): replaced = .element(of: inner(base), inner(index))
    case .slice(let base, let from, let upTo):
      replaced = .slice(of: inner(base), from: from.map(inner), upTo: upTo.map(inner))
    case .call(let name, let arguments):
      replaced = .call(name, arguments.map { CallArgument(label: $0.label, value: inner($0.value)) })
    case .unary(let operation, let operand): replaced = .unary(operation, inner(operand))
    case .binary(let operation, let left, let right): replaced = .binary(operation, inner(left), inner(right))
    case .conditional(let then, let condition, let otherwise):
      replaced = .conditional(then: inner(then), condition: inner(condition), otherwise: inner(otherwise))
    }
    return Expression(replaced, range)
  }

  /// The expression as an item of a YAML list, quoted where YAML would read it differently.
  package var flowText: String {
    if case .list(let elements) = kind { return "[\(elements.map(\.flowText).joined(separator: ", "))]" }
    let text = description
    return text.contains(where: { ",[]{}#:&*!|>'\"%@`".contains($0) }) ? quoted(text) : text
  }
}
