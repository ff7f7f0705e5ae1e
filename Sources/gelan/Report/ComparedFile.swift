import Compiler
import GelanCompiler

/// One side of a comparison: a file, and the values that its parameters were given.
struct ComparedFile {
  let path: String
  let settings: [ParameterSetting]
  let model: ComparedModel

  /// - Parameter own: the option for values of this side, which go before those of both.
  init(_ path: String, _ arguments: Arguments, own: String) throws(CommandFailure) {
    self.path = path
    let ofOne = try arguments.settings(own)
    settings = try arguments.settings().filter { both in !ofOne.contains { $0.name == both.name } } + ofOne
    do throws(CommandFailure) {
      let file = try ElaboratedModel.open(path, arguments, settings: settings)
      model = ComparedModel(file.graph, dialect: file.model.dialect)
    } catch .usage(let text) where text.hasPrefix("--set ") {
      throw .usage("\(path): \(text); --set is for both models, --set-a and --set-b are for one")
    }
  }

  var title: String { settings.isEmpty ? path : "\(path) with \(settings.text)" }
}
