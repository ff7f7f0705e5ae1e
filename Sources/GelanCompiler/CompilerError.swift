import Diagnostics
import Files
import Runtime
import Tensors

/// Why a model cannot be compiled. No input, however damaged, stops the program.
public enum CompilerError: Error, Sendable, Hashable {
  /// A file cannot be read or written.
  case file(String)
  /// A file that should be a model is something else.
  case notAModel(String)
  /// The model has faults; at least one of these is an error.
  case model([ModelDiagnostic])
  /// A value for a parameter is no expression, or the model has no such parameter.
  case parameter(String)
  /// The checkpoint has no model under the key that was asked for.
  case checkpointKey(String)
  /// The checkpoint has several models, and none of them is the obvious one.
  case severalModels(String)
  /// The weights are damaged, or do not fit the model.
  case weights(String)
  /// The weights fit the model only with another number of classes.
  case classCount(String, fitting: Int)
  /// The plan computes something other than the training graph does: by how much, and what is allowed.
  case verification(String)
  /// The plan cannot be run or stored in this way.
  case plan(String)
}

extension CompilerError: CustomStringConvertible {
  /// What is wrong, in a sentence; for a model, its diagnostics, one a line.
  public var description: String {
    switch self {
    case .file(let text), .notAModel(let text), .parameter(let text), .checkpointKey(let text),
      .severalModels(let text), .weights(let text), .plan(let text):
      text
    case .model(let diagnostics): diagnostics.map(\.description).joined(separator: "\n")
    case .classCount(let text, let fitting): "\(text)\n  it fits with \(fitting) classes"
    case .verification(let text): "the plan differs from the training graph\n  \(text)"
    }
  }
}

extension CompilerError {
  init(_ error: TensorFileError) {
    self = error.isFileError ? .file(error.description) : .weights(error.description)
  }

  init(_ failure: CompileFailure) { self = .model(failure.diagnostics.map(ModelDiagnostic.init)) }

  init(_ error: ModelError) { self = .plan(error.description) }
}
