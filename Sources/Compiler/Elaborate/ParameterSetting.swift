import Diagnostics
import ModelSyntax

/// A value for a parameter of a model that is set from outside, such as `width=0.5`.
package struct ParameterSetting: Sendable {
  package let name: String
  package let value: Expression
  /// The text of the setting; diagnostics about the value refer to it.
  package let source: SourceFile

  /// Reads `NAME=VALUE`.
  ///
  /// - Throws: A diagnostic that refers to a source called `title`.
  package init(_ text: String, title: String) throws(CompileFailure) {
    source = SourceFile(name: title, text: text)
    guard let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")), sign != text.startIndex else {
      throw CompileFailure(
        Diagnostic(.invalidExpression, "a setting is NAME=VALUE, such as width=0.5", at: source.range))
    }
    name = String(text[..<sign])
    let lower = text.utf8.distance(from: text.startIndex, to: text.utf8.index(after: sign))
    value = try parseExpression(
      String(decoding: source.bytes[lower...], as: UTF8.self),
      at: SourceRange(file: source, lower: lower, upper: source.bytes.count))
  }
}

extension ModelDeclaration {
  /// The model with its parameters set.
  ///
  /// - Throws: An error for every name that is not a parameter, and for every value that cannot be evaluated.
  package func setting(_ settings: [ParameterSetting]) throws(CompileFailure) -> ModelDeclaration {
    var model = self
    var faults: [Diagnostic] = []
    for setting in settings {
      if let changed = model.setting(setting.name, to: setting.value) {
        model = changed
        continue
      }
      let names = parameters.map(\.name.value)
      faults.append(
        Diagnostic(
          .unknownName, "the model has no parameter '\(setting.name)'",
          at: SourceRange(file: setting.source, lower: 0, upper: setting.name.utf8.count),
          notes: [names.isEmpty ? "it has no parameters" : "its parameters are \(names.joined(separator: ", "))"],
          help: didYouMean(setting.name, among: names)))
    }
    if !faults.isEmpty { throw CompileFailure(faults) }
    return model
  }
}
