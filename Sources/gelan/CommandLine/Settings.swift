import Compiler
import Diagnostics
import GelanCompiler
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
      throw .usage(error.diagnostics[0].settingText)
    }
  }
}

extension [ParameterSetting] {
  /// Throws when the failure is about these settings, and so about how the command was used.
  func refuse(_ failure: CompileFailure) throws(CommandFailure) {
    if let fault = fault(in: failure) { throw .usage(fault.settingText) }
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
