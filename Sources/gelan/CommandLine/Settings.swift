import Compiler
import Diagnostics

extension Command.Option {
  static let set = Self(
    "--set", value: "NAME=VALUE", isRepeatable: true, help: "a value for a parameter of the model; can be repeated")
}

extension Arguments {
  /// The values for the model's parameters.
  func settings() throws(CommandFailure) -> [ParameterSetting] {
    var settings: [ParameterSetting] = []
    for text in strings("--set") { settings.append(try setting(text, option: "--set")) }
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

extension CommandFailure {
  /// Wrong usage because of a fault in an option's value.
  fileprivate static func usage(option: String, _ fault: Diagnostic) -> CommandFailure {
    let hints = fault.help.isEmpty ? fault.notes : fault.help
    return .usage(
      ([("\(option) \(fault.primary.range.file.range.text): \(fault.message)")] + hints).joined(separator: "; "))
  }
}
