import Compiler
import Diagnostics
import JSON
import ModelSyntax

extension Command.Option {
  static let set = Self(
    "--set", value: "NAME=VALUE", isRepeatable: true, help: "a value for a parameter of the model; can be repeated")
}

extension Arguments {
  /// The values for the model's parameters that an option gives.
  func settings(_ option: String = "--set") throws(CommandFailure) -> [ParameterSetting] {
    var settings: [ParameterSetting] = []
    for text in strings(option) { settings.append(try setting(text, option: option)) }
    return settings
  }

  /// One `NAME=VALUE` of an option.
  func setting(_ text: String, option: String) throws(CommandFailure) -> ParameterSetting {
    do {
      return try ParameterSetting(text, title: option)
    } catch {
      throw .usage(option: option, error.diagnostics[0])
    }
  }
}

extension [ParameterSetting] {
  /// Throws when the failure is about these settings, and so about how the command was used.
  func refuse(_ failure: CompileFailure) throws(CommandFailure) {
    for fault in failure.diagnostics {
      if let setting = first(where: { $0.source === fault.primary.range.file }) {
        throw .usage(option: setting.source.name, fault)
      }
    }
  }
}

extension CompileFailure {
  /// The failure with a word about the settings at every error, which the model has for no other reason.
  func explained(by settings: [ParameterSetting], of model: ModelDeclaration) -> CompileFailure {
    let options = settings.map { "\($0.source.name) \($0.source.range.text)" }.joined(separator: " ")
    let labels = settings.compactMap { setting in
      model.parameters.first { $0.name.value == setting.name }.map { parameter in
        Diagnostic.Label(parameter.name.range, "set to \(setting.value.range.text)")
      }
    }
    return CompileFailure(
      diagnostics.map { diagnostic in
        guard diagnostic.severity == .error else { return diagnostic }
        var explained = diagnostic
        explained.secondary += labels
        explained.notes.append("this comes of \(options): with the values in the file the model has no faults")
        return explained
      })
  }
}

extension CommandFailure {
  /// Wrong usage because of a fault in an option's value.
  fileprivate static func usage(option: String, _ fault: Diagnostic) -> CommandFailure {
    let hints = fault.help.isEmpty ? fault.notes : fault.help
    return .usage(
      ([("\(option) \(fault.primary.range.file.range.text): \(fault.message)")] + hints).joined(separator: "; "))
  }
}

extension ParameterSetting {
  /// The value as it was written.
  var writtenValue: String { value.range.text }
}

extension [ParameterSetting] {
  /// `width=0.5, depth=1`.
  var text: String { map(\.source.range.text).joined(separator: ", ") }

  /// The values by name; numbers as numbers, other expressions as text.
  var json: JSONValue {
    .object(
      JSONObject(
        map { setting -> (String, JSONValue) in
          if let number = setting.value.constantInteger { return (setting.name, .integer(number)) }
          if let number = Double(setting.writtenValue) { return (setting.name, .number(number)) }
          return (setting.name, .string(setting.writtenValue))
        }))
  }
}
