import Compiler
import Diagnostics
import ModelSyntax
import TestSupport

/// Bytes as an expression: parsed, written out and parsed again, and evaluated as the value of a model's parameter.
func fuzzExpression(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  do throws(CompileFailure) {
    let setting = try ParameterSetting("p=" + text, title: "fuzz")
    let written = setting.value.description
    let file = SourceFile(name: "written", text: written)
    // Written out it has more parentheses and may nest too deeply; else it is the same.
    if let again = try? parseExpression(written, at: file.range) {
      precondition(again.description == written, "\(written) reads as \(again.description)")
    }
    _ = setting.value.constantInteger
    if let model { _ = try model.setting([setting]).parameterValues() }
  } catch {
    for diagnostic in error.diagnostics {
      let range = diagnostic.primary.range
      precondition(range.lower >= 0 && range.lower <= range.upper && range.upper <= range.file.bytes.count)
      precondition(TextRenderer().render(diagnostic).contains(diagnostic.code.rawValue))
    }
  }
}

private let model: ModelDeclaration? = {
  let source = SourceFile(
    name: "model.yaml",
    text: """
      parameters: {p: 1, q: p, a: [1, 2.5, [none, true]]}
      classes: 80
      backbone: {b: [-1, 1, Conv, [8, 3, 32]]}
      heads: {detect: [[b], 1, DDetect, [classes]]}
      """)
  return try? readModel(try parseYAML(source), library: .standard).value
}()
