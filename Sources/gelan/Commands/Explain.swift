import Diagnostics

extension Command {
  static let explain = Command(
    name: "explain", summary: "tell what a diagnostic means, with an example", operands: "[CODE]", operandCount: 0...1,
    options: [],
    details: """
      A CODE is what stands in brackets in a diagnostic: unknown-block, shape-mismatch. Without one, all are listed.

      example: gelan explain shape-mismatch
      """
  ) { arguments in
    guard let word = arguments.operands.first else {
      Terminal.print(listOfCodes)
      return
    }
    guard let code = DiagnosticCode(rawValue: word) else {
      let hint = didYouMean(word, among: DiagnosticCode.allCases.map(\.rawValue)).first.map { "; \($0)" } ?? ""
      throw CommandFailure.usage("there is no diagnostic '\(word)'\(hint)")
    }
    Terminal.print(Explanation(code).plainText)
  }

  /// Every code with its title, by topic.
  private static var listOfCodes: String {
    let pages = DiagnosticCode.allCases.map { Explanation($0) }
    let width = pages.map(\.code.rawValue.count).max() ?? 0
    return Explanation.Topic.allCases.compactMap { topic in
      let lines = pages.filter { $0.topic == topic }.map { "  \($0.code.rawValue.padded(to: width))  \($0.title)" }
      return lines.isEmpty ? nil : ([topic.rawValue] + lines).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
