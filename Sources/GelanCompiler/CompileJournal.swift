import Compiler
import Diagnostics

/// Hands events to the caller, and keeps what the result lists.
final class CompileJournal {
  private let progress: (CompileEvent) -> Void
  private(set) var warnings: [ModelDiagnostic] = []
  private(set) var notes: [CompileNote] = []

  init(_ progress: @escaping (CompileEvent) -> Void) { self.progress = progress }

  func report(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    warnings += diagnostics.map(ModelDiagnostic.init)
    progress(.warnings(diagnostics.map(ModelDiagnostic.init)))
  }

  func note(_ kind: CompileNote.Kind, _ text: String) {
    let note = CompileNote(kind: kind, text: text)
    notes.append(note)
    progress(.note(note))
  }

  /// Does something that may take seconds.
  func during<Result>(
    _ phase: CompileEvent.Phase, _ body: () throws(CompilerError) -> Result
  ) throws(CompilerError) -> Result {
    progress(.started(phase))
    defer { progress(.finished(phase)) }
    return try body()
  }

  /// Notes what a person should know of the plan.
  ///
  /// - Parameter strides: Those of the model.
  func note(_ input: CompileInput, _ bound: BoundPlan, strides: [Double]) {
    guard input.weightsPath != nil else {
      return note(.randomWeights, "the weights are random; what the plan detects means nothing")
    }
    let unused = bound.report.unused
    if !unused.isEmpty {
      note(.unusedTensors, "the model has no row for \(unused.list(title: "tensors of the weights"))")
    }
    let names = bound.plan.classNames
    if names == names.indices.map({ "class \($0)" }) {
      note(
        .classNames,
        "neither the checkpoint nor the model names the \(names.count.of("class", "classes")); "
          + "a list in the model does: 'classes: [cat, dog]'")
    }
    let trained = input.facts.strides
    if !trained.isEmpty, trained != strides {
      note(.strides, "the checkpoint was trained with strides \(trained), and the model has \(strides)")
    }
  }
}
