import Diagnostics
import ModelSyntax

extension Check {
  /// A comment that allows a code that is not a warning, so that it suppresses nothing.
  package static let unknownCode = Check.ofForm(.unknownCode) { model in
    var files = [model.source]
    for block in model.blocks where !files.contains(where: { $0 === block.range.file }) {
      files.append(block.range.file)
    }
    let allowed = files.flatMap { file in (1...max(1, file.lineCount)).flatMap { file.allowedCodes(ofLine: $0) } }
    guard !allowed.isEmpty else { return [] }
    let pages = DiagnosticCode.allCases.map(Explanation.init)
    let warnings = pages.filter { $0.severity == .warning }.map(\.code.rawValue)
    return allowed.compactMap { written in
      let code = written.text
      if warnings.contains(code) { return nil }
      let isError = pages.contains { $0.code.rawValue == code }
      let (help, fixIts) = correction(of: code, among: warnings, at: written)
      return Diagnostic(
        .unknownCode, severity: .warning,
        isError ? "'\(code)' is an error, which comments cannot suppress" : "no warning has the code '\(code)'",
        at: written,
        help: isError ? [] : help, fixIts: isError ? [] : fixIts)
    }
  }
}
