import Diagnostics
import ModelSyntax
import Testing

/// Expressions as trees with Python's precedence, and texts that are not expressions.
@Suite struct ExpressionParserTests {
  @Test(arguments: [
    ("64", "64"), ("0", "0"), ("0.5", "0.5"), (".5", "0.5"), ("1e-3", "0.001"), ("5.", "5.0"), ("c2", "c2"),
    ("half.0", "half.0"),
    ("nn.ReLU", "nn.ReLU"), ("None", "None"), ("notable", "notable"), ("x.*", "(each x)"),
    ("k[0].*", "(each (at k 0))"),
    ("-1", "(- 1)"), ("- -1", "(- (- 1))"), ("1 + 2 * 3", "(+ 1 (* 2 3))"), ("(1 + 2) * 3", "(* (+ 1 2) 3)"),
    ("1 - 2 - 3", "(- (- 1 2) 3)"), ("8 // 2 // 2", "(// (// 8 2) 2)"), ("7 % 4 * 2", "(* (% 7 4) 2)"),
    ("1 / 2 // 3", "(// (/ 1 2) 3)"),
    ("-a // 2", "(// (- a) 2)"), ("a * -b", "(* a (- b))"), ("a + b == c * d", "(== (+ a b) (* c d))"),
    ("not a == b", "(not (== a b))"), ("not a and b", "(and (not a) b)"), ("a or b and c", "(or a (and b c))"),
    ("a and b or c", "(or (and a b) c)"), ("not not a", "(not (not a))"),
    ("a < b and c >= d", "(and (< a b) (>= c d))"),
    ("a if b else c", "(if b a c)"), ("a if b else c if d else e", "(if b a (if d c e))"),
    ("a + 1 if b or c else d - 1", "(if (or b c) (+ a 1) (- d 1))"),
    ("[a, b][0]", "(at (list a b) 0)"), ("[]", "(list)"), ("[1, 2,]", "(list 1 2)"),
    ("[[1], []]", "(list (list 1) (list))"),
    ("x[-1]", "(at x (- 1))"), ("x[:-1]", "(cut x . (- 1))"), ("x[1:]", "(cut x 1 .)"), ("x[:]", "(cut x . .)"),
    ("x[a:b][0]", "(at (cut x a b) 0)"),
    ("[cv1] + m", "(+ (list cv1) m)"), ("max(channels(x) // 4, 64)", "(max (// (channels x) 4) 64)"), ("f()", "(f)"),
    ("f(a,)", "(f a)"),
    ("nn.LeakyReLU(0.1, inplace=True)", "(nn.LeakyReLU 0.1 inplace=True)"),
    ("[x, y] if c and channels(x) == c2 else [y]", "(if (and c (== (channels x) c2)) (list x y) (list y))"),
    ("  a\t+  b ", "(+ a b)"),
  ])
  func expressionsAreReadAsPythonReadsThem(_ text: String, _ expected: String) throws {
    #expect(Self.tree(try parseExpression(Self.node(text))) == expected)
  }

  @Test(arguments: [
    ("", 2, "invalid-expression"), ("1 +", 5, "invalid-expression"), ("1 2", 4, "invalid-expression"),
    ("(1", 4, "invalid-expression"),
    ("1)", 3, "invalid-expression"), ("[1, 2", 7, "invalid-expression"), ("a[", 4, "invalid-expression"),
    ("a[]", 4, "invalid-expression"), ("a[1:2:3]", 7, "invalid-expression"),
    ("a $ b", 4, "invalid-expression"), ("a if b", 8, "invalid-expression"), ("if", 2, "invalid-expression"),
    ("a.", 3, "invalid-expression"),
    ("a = b", 4, "invalid-expression"), ("f(1=2)", 5, "invalid-expression"), ("a ** b", 5, "invalid-expression"),
    ("a # b", 4, "invalid-expression"),
    ("lambda: 0", 8, "invalid-expression"), ("a.b()()", 7, "invalid-expression"), ("é", 2, "invalid-expression"),
    ("0x10", 2, "invalid-number"), ("007", 2, "invalid-number"), ("1_000", 2, "invalid-number"),
    ("2 + 12ab", 6, "invalid-number"), ("1e999", 2, "invalid-number"), ("1.2.3", 2, "invalid-number"),
    ("9223372036854775808", 2, "invalid-number"),
  ])
  func faultsArePointedAt(_ text: String, _ column: Int, _ code: String) {
    let failure = #expect(throws: CompileFailure.self) { try parseExpression(Self.node(text)) }
    #expect(failure?.diagnostics.map(\.code.rawValue) == [code])
    #expect(failure?.diagnostics.first?.primary.range.startColumn == column)
  }

  @Test func rangesAreThoseOfTheParts() throws {
    let expression = try parseExpression(Self.node("max(a, b[1]) + c"))
    guard case .binary(_, let left, let right) = expression.kind, case .call(_, let arguments) = left.kind else {
      Issue.record("not a sum of a call")
      return
    }
    #expect(expression.range.text == "max(a, b[1]) + c")
    #expect((left.range.text, right.range.text) == ("max(a, b[1])", "c"))
    #expect(arguments.map(\.value.range.text) == ["a", "b[1]"])
  }

  @Test(arguments: [
    "(a + b)[0]", "(-a)[1:]", "(a if b else c).*", "(5).* - 1", "(x.*)[0]", "(not a)[:b]", "-(1 + 2)", "x[0][1:].*",
    "max(a, k=[1, 2.5])", "(a - b) - c", "a - (b - c)",
  ])
  func writtenOutAnExpressionMeansTheSame(_ text: String) throws {
    let expression = try parseExpression(Self.node(text))
    #expect(Self.tree(try parseExpression(Self.node(expression.description))) == Self.tree(expression))
  }

  @Test func textWithEscapesIsPointedAtAsAWhole() throws {
    let node = try parseYAML(SourceFile(name: "e", text: #""1 \x2B $""#))
    let failure = #expect(throws: CompileFailure.self) { try parseExpression(node) }
    #expect(failure?.diagnostics.first?.primary.range == node.range)
  }

  @Test(arguments: ["(", "[", "-", "not ", "f(", "a if b else ", "a["])
  func nestingIsBounded(_ opening: String) {
    let text = String(repeating: opening, count: 300) + "a"
    let failure = #expect(throws: CompileFailure.self) { try parseExpression(Self.node(text)) }
    #expect(failure?.diagnostics.first?.code == .invalidExpression)
  }

  @Test func lengthIsBounded() {
    let failure = #expect(throws: CompileFailure.self) {
      try parseExpression(Self.node(String(repeating: "1+", count: 2000) + "1"))
    }
    #expect(failure?.diagnostics.first?.message.contains("2000") == true)
  }

  @Test(
    arguments: [
      ("7", 7), ("-7", -7), ("2 * 3 - 1", 5), ("- 9223372036854775807 - 1", Int.min), ("9223372036854775807 + 1", nil),
      ("a", nil), ("1 + a", nil), ("0.5", nil), ("6 // 2", 3), ("-7 // 2", -4), ("6 // 0", nil), ("6 / 2", nil),
    ] as [(String, Int?)])
  func integersAloneAreConstant(_ text: String, _ value: Int?) throws {
    #expect(try parseExpression(Self.node(text)).constantInteger == value)
  }

  @Test func yamlListsAndNothingAreExpressionsToo() throws {
    #expect(
      Self.tree(try parseExpression(try parseYAML(SourceFile(name: "l", text: "[1, [a, ~], '-1']"))))
        == "(list 1 (list a none) (- 1))")
    let failure = #expect(throws: CompileFailure.self) {
      try parseExpression(try parseYAML(SourceFile(name: "m", text: "[{a: 1}]")))
    }
    #expect(failure?.diagnostics.map(\.code) == [.wrongKind])
  }

  /// A quoted scalar at the start of a file, so that column 2 is the text's first.
  private static func node(_ text: String) throws -> YAMLNode {
    try parseYAML(SourceFile(name: "e", text: "\"\(text)\""))
  }

  /// The tree as a list with the operator first.
  static func tree(_ expression: Expression) -> String {
    func list(_ head: String, _ parts: [Expression?]) -> String {
      "(" + ([head] + parts.map { $0.map(tree) ?? "." }).joined(separator: " ") + ")"
    }
    switch expression.kind {
    case .integer(let value): return "\(value)"
    case .real(let value): return "\(value)"
    case .name(let name): return name
    case .each(let inner): return list("each", [inner])
    case .unreadable: return "unreadable"
    case .list(let elements): return list("list", elements)
    case .element(let base, let index): return list("at", [base, index])
    case .slice(let base, let from, let upTo): return list("cut", [base, from, upTo])
    case .call(let name, let arguments):
      let parts = arguments.map { ($0.label.map { $0 + "=" } ?? "") + tree($0.value) }
      return "(" + ([name] + parts).joined(separator: " ") + ")"
    case .unary(let operation, let operand): return list(operation.rawValue, [operand])
    case .binary(let operation, let left, let right): return list(operation.rawValue, [left, right])
    case .conditional(let then, let condition, let otherwise): return list("if", [condition, then, otherwise])
    }
  }
}
