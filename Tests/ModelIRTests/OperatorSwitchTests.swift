import Foundation
import ModelIR
import TestSupport
import Testing

/// A switch over operators stands only where forgetting one would be a bug, and lists all of them; everything else asks
/// the operator, whose protocol has a default answer.
@Suite struct OperatorSwitchTests {
  /// The files of `Sources` that may switch over operators, and how often they do.
  private static let exhaustive = [
    "ModelIR/Ops/Op.swift": 1, "ModelIR/Plan/PlanVerifier.swift": 1, "Runtime/Preparation/Dispatch.swift": 1,
    "ONNX/Operators/StepNodes.swift": 1,
  ]

  @Test func onlyListedSwitchesAreOverOperatorsAndNoneHasADefault() throws {
    let folder = Fixtures.root.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    let names = try Self.operatorNames()
    #expect(names.count >= 17)
    var counts: [String: Int] = [:]
    for file in files.sorted() where file.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      for found in Self.switches(in: text) where found.isOverOperators(names) {
        counts[file, default: 0] += 1
        #expect(!found.hasDefault, "\(file): the switch over '\(found.subject)' has a default")
      }
    }
    #expect(counts == Self.exhaustive)
  }

  @Test func everyOperatorCanBeReadFromText() throws {
    #expect(Op.names.count == (try Self.operatorNames().count))
    #expect(Set(Op.names).count == Op.names.count)
  }

  struct Example: Sendable {
    let code: String
    let isOverOperators: Bool
    let hasDefault: Bool
  }

  @Test(arguments: [
    Example(
      code: "switch source.op {\n  case .upsample: a()\n  default: continue\n}", isOverOperators: true, hasDefault: true
    ),
    Example(code: "switch node.op { case .conv2D: a(); default : b() }", isOverOperators: true, hasDefault: true),
    Example(
      code: "switch self {\ncase .conv2D, .concat: a()\n@unknown default: b()\n}", isOverOperators: true,
      hasDefault: true),
    Example(
      code: "switch step.op {\ncase .add(let op):\n  let t = \"default:\" // default:\n}", isOverOperators: true,
      hasDefault: false),
    Example(code: "switch self { case .identity: a()\ndefault: b() }", isOverOperators: false, hasDefault: true),
    Example(code: "switch op.addend { case .none: a()\ndefault: b() }", isOverOperators: false, hasDefault: true),
  ])
  func switchesAreFound(_ example: Example) throws {
    let found = try #require(Self.switches(in: example.code).first)
    #expect(found.isOverOperators(try Self.operatorNames()) == example.isOverOperators)
    #expect(found.hasDefault == example.hasDefault)
  }

  /// The cases of `Op`.
  private static func operatorNames() throws -> Set<String> {
    let file = Fixtures.root.appendingPathComponent("Sources/ModelIR/Ops/Op.swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    return Set(text.matches(of: /\n  case (\w+)\(\w+\)/).map { String($0.1) })
  }

  private struct Switch {
    let subject: String
    /// The code between the braces.
    let body: String

    func isOverOperators(_ names: Set<String>) -> Bool {
      if subject == "op" || subject.hasSuffix(".op") || subject.hasSuffix(".semantics") { return true }
      // Other types share a case or another with operators, such as activations `.identity`; none shares two.
      let patterns = body.matches(of: /case [^:]*/).flatMap { $0.output.matches(of: /\.(\w+)/).map { String($0.1) } }
      return Set(patterns).intersection(names).count > 1
    }

    var hasDefault: Bool { body.contains(/\bdefault\s*:/) }
  }

  /// The switches of Swift code, those in others too.
  private static func switches(in text: String) -> [Switch] {
    let code = text.replacing(/"(\\.|[^"\\\n])*"/, with: "\"\"").replacing(/\/\/[^\n]*/, with: "")
    return code.matches(of: /\bswitch\s+([^{\n]*)\{/).compactMap { match in
      var depth = 1
      let body = code[match.range.upperBound...].prefix { character in
        if character == "{" { depth += 1 }
        if character == "}" { depth -= 1 }
        return depth > 0
      }
      return Switch(subject: match.1.trimmingCharacters(in: .whitespaces), body: String(body))
    }
  }
}
