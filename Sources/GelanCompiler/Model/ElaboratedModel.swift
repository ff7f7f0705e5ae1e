import Compiler
import Diagnostics
import ModelIR
import ModelSyntax

/// A model's text, taken to its graph.
package struct ElaboratedModel: Sendable {
  package let model: ModelDeclaration
  package let graph: Graph
  package let warnings: [Diagnostic]
  /// The model's text, then those of the files that it includes.
  package let sources: [SourceFile]

  /// - Throws: every fault, as diagnostics.
  package init(
    _ source: SourceFile, classes: Int? = nil, input: InputSize? = nil, settings: [ParameterSetting] = [],
    loader: BlockFileLoader = .files
  ) throws(CompileFailure) {
    let includes = IncludeRecord(loader)
    let read = try readModel(
      try parseYAML(source), library: .standard, classCount: classes, loader: includes.loader)
    model = try read.value.setting(settings)
    do throws(CompileFailure) {
      graph = try elaborate(model, library: .standard, input: input)
    } catch {
      var failure = error.offering(Renumbering.find(model)?.fixIt)
      if !settings.isEmpty, (try? elaborate(read.value, library: .standard, input: input)) != nil {
        failure = failure.explained(by: settings, of: model)
      }
      throw CompileFailure(
        failure.diagnostics + read.warnings.filter { !$0.isSilenced } + checkForm(model))
    }
    sources = [source] + includes.sources
    warnings = (read.warnings.filter { !$0.isSilenced } + check(model, graph)).inFileOrder
  }

  /// The model for some options.
  ///
  /// - Parameter classCount: In place of the options' own.
  init(_ source: ModelSource, _ options: ModelOptions, classCount: Int?) throws(CompilerError) {
    let settings = try options.settings()
    do throws(CompileFailure) {
      self = try ElaboratedModel(
        source.file, classes: classCount,
        input: options.input.map { InputSize(height: $0.height, width: $0.width) }, settings: settings,
        loader: options.includes.loader)
    } catch {
      if let fault = settings.fault(in: error) { throw .parameter(fault.settingText) }
      throw CompilerError(error)
    }
  }
}

extension [ParameterSetting] {
  /// The first fault of a failure that is about one of these settings, not about the model's text.
  package func fault(in failure: CompileFailure) -> Diagnostic? {
    failure.diagnostics.first { fault in contains { $0.source === fault.primary.range.file } }
  }
}

extension CompileFailure {
  /// The failure with a word about the settings at every error, which the model has for no other reason.
  fileprivate func explained(by settings: [ParameterSetting], of model: ModelDeclaration) -> CompileFailure {
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
