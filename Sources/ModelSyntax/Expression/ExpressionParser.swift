import Diagnostics

/// Parses a YAML value as an expression: a scalar is parsed, a list becomes a list, and an empty value becomes `none`.
///
/// - Throws: `invalid-expression`, `invalid-number` or `wrong-kind`, at the character where parsing stops.
package func parseExpression(_ node: YAMLNode) throws(CompileFailure) -> Expression {
  switch try node.readable().kind {
  case .sequence:
    var faults: [Diagnostic] = []
    let list = faults.readExpression(node)
    if !faults.isEmpty { throw CompileFailure(faults) }
    return list
  case .mapping, .faulty:
    throw CompileFailure(Diagnostic(.wrongKind, "a value was expected here, not a mapping", at: node.range))
  case .scalar where node.isNull:
    return Expression(.name("none"), node.range)
  case .scalar(let text, _):
    var parser = ExpressionParser(text: text, node: node)
    return try parser.parseWhole()
  }
}

/// Parses a text within a file as an expression.
package func parseExpression(_ text: String, at range: SourceRange) throws(CompileFailure) -> Expression {
  try parseExpression(YAMLNode(kind: .scalar(text, isPlain: false), range: range, isVerbatim: true))
}

/// A Pratt parser over one scalar.
private struct ExpressionParser {
  /// Limits on length and nesting, larger than any hand-written expression; they bound the recursion.
  private static let longest = 2_000
  private static let deepest = 40

  private let node: YAMLNode
  private let text: String
  private var lexer: ExpressionLexer
  private var token: ExpressionToken = .end
  private var tokenRange = 0..<0
  private var previousEnd = 0
  private var depth = 0

  init(text: String, node: YAMLNode) {
    self.node = node
    self.text = text
    lexer = ExpressionLexer(text)
  }

  mutating func parseWhole() throws(CompileFailure) -> Expression {
    guard text.utf8.count <= Self.longest else {
      throw CompileFailure(
        Diagnostic(.invalidExpression, "an expression has at most \(Self.longest) characters", at: node.range))
    }
    try advance()
    if token == .end { throw failure("an expression was expected", 0..<0) }
    let expression = try parse(binding: 0)
    if token != .end { throw failure("the expression should end here", tokenRange) }
    return expression
  }

  private mutating func advance() throws(CompileFailure) {
    previousEnd = tokenRange.upperBound
    do {
      (token, tokenRange) = try lexer.next()
    } catch {
      throw CompileFailure(Diagnostic(error.code, error.message, at: place(error.range), help: error.help))
    }
  }

  /// Parses an expression whose operators all bind tighter than `binding`.
  private mutating func parse(binding: Int) throws(CompileFailure) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw failure("this expression is nested too deeply", tokenRange) }
    let start = tokenRange.lowerBound
    var left = try parseOperand(start)
    while case .symbol(let symbol) = token {
      if symbol == "if", binding == 0 {
        try advance()
        let condition = try parse(binding: 1)
        try expect("else")
        let otherwise = try parse(binding: 0)
        left = finish(.conditional(then: left, condition: condition, otherwise: otherwise), start)
      } else if let operation = Expression.BinaryOperator(rawValue: symbol), operation.precedence >= max(binding, 1) {
        try advance()
        let right = try parse(binding: operation.precedence + 1)
        left = finish(.binary(operation, left, right), start)
      } else {
        break
      }
    }
    return left
  }

  private mutating func parseOperand(_ start: Int) throws(CompileFailure) -> Expression {
    var operand: Expression
    switch token {
    case .integer(let value):
      try advance()
      operand = finish(.integer(value), start)
    case .real(let value):
      try advance()
      operand = finish(.real(value), start)
    case .name(let name):
      try advance()
      operand = token == .symbol("(") ? try parseCall(name, start) : finish(.name(name), start)
    case .symbol("-"):
      try advance()
      let inner = try parse(binding: 7)
      return finish(.unary(.minus, inner), start)
    case .symbol("not"):
      try advance()
      let inner = try parse(binding: 3)
      return finish(.unary(.not, inner), start)
    case .symbol("("):
      try advance()
      operand = try parse(binding: 0)
      try expect(")")
    case .symbol("["):
      try advance()
      let elements = try parseElements(closing: "]")
      operand = finish(.list(elements), start)
    case .end:
      throw failure("the expression ends too early", tokenRange)
    default:
      throw failure("a value was expected here", tokenRange)
    }
    while token == .symbol("[") { operand = try parseSubscript(operand, start) }
    if token == .each {
      try advance()
      operand = finish(.each(operand), start)
    }
    return operand
  }

  private mutating func parseElements(closing: String) throws(CompileFailure) -> [Expression] {
    var elements: [Expression] = []
    while token != .symbol(closing) {
      elements.append(try parse(binding: 0))
      if token == .symbol(",") { try advance() } else { break }
    }
    try expect(closing)
    return elements
  }

  private mutating func parseCall(_ name: String, _ start: Int) throws(CompileFailure) -> Expression {
    try expect("(")
    var arguments: [Expression.CallArgument] = []
    while token != .symbol(")") {
      var value = try parse(binding: 0)
      var label: String?
      if token == .symbol("="), case .name(let name) = value.kind {
        try advance()
        label = name
        value = try parse(binding: 0)
      }
      arguments.append(Expression.CallArgument(label: label, value: value))
      if token == .symbol(",") { try advance() } else { break }
    }
    try expect(")")
    return finish(.call(name, arguments), start)
  }

  private mutating func parseSubscript(_ base: Expression, _ start: Int) throws(CompileFailure) -> Expression {
    try expect("[")
    var from: Expression?
    if token != .symbol(":") { from = try parse(binding: 0) }
    if token == .symbol(":") {
      try advance()
      var upTo: Expression?
      if token != .symbol("]") { upTo = try parse(binding: 0) }
      try expect("]")
      return finish(.slice(of: base, from: from, upTo: upTo), start)
    }
    try expect("]")
    guard let from else { throw failure("an index was expected here", tokenRange) }
    return finish(.element(of: base, from), start)
  }

  private mutating func expect(_ symbol: String) throws(CompileFailure) {
    guard token == .symbol(symbol) else {
      var failed = Diagnostic(.invalidExpression, "'\(symbol)' was expected here", at: place(tokenRange))
      if token == .end, node.endsAtComma {
        failed.help = ["inside brackets a comma ends a value; write the expression in quotes"]
      }
      throw CompileFailure(failed)
    }
    try advance()
  }

  // MARK: Source ranges

  private func finish(_ kind: Expression.Kind, _ start: Int) -> Expression {
    Expression(kind, place(start..<max(start, previousEnd)))
  }

  private func failure(_ message: String, _ range: Range<Int>) -> CompileFailure {
    CompileFailure(Diagnostic(.invalidExpression, message, at: place(range)))
  }

  /// The source range of a part of the text; that of the whole scalar when it has escapes or folded lines.
  private func place(_ range: Range<Int>) -> SourceRange {
    guard node.isVerbatim else { return node.range }
    return SourceRange(
      file: node.range.file, lower: node.range.lower + range.lowerBound, upper: node.range.lower + range.upperBound)
  }
}

extension YAMLNode {
  /// Whether the expression is a plain scalar that was ended by a comma.
  fileprivate var endsAtComma: Bool {
    guard case .scalar(_, isPlain: true) = kind else { return false }
    return range.file.bytes.dropFirst(range.upper).first { $0 != UInt8(ascii: " ") } == UInt8(ascii: ",")
  }
}
