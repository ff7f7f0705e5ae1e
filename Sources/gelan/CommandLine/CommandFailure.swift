import Files
import GelanCompiler
import GelanRuntime
import Tensors

/// Why a command stops before it is done, with the exit status that scripts rely on.
enum CommandFailure: Error {
  /// 1: the input is wrong; the diagnostics are printed already.
  case input
  /// 1: the input is wrong, in one sentence.
  case message(String)
  /// 2: the command was used wrongly.
  case usage(String)
  /// 3: a file cannot be read or written.
  case file(String)

  /// What is wrong, in one sentence; empty if it is printed already.
  var text: String {
    switch self {
    case .input: ""
    case .message(let text), .usage(let text), .file(let text): text
    }
  }

  var status: Int32 {
    switch self {
    case .input, .message: 1
    case .usage: 2
    case .file: 3
    }
  }
}

// What the libraries throw, as the command line says it.

extension CommandFailure {
  init(_ error: FileError) { self = .file(error.description) }

  init(_ error: TensorFileError) {
    self = error.isFileError ? .file(error.description) : .message(error.description)
  }

  init(_ error: InferenceError) {
    switch error {
    case .file(let text): self = .file(text)
    case .plan(let text), .image(let text), .size(let text), .precision(let text): self = .message(text)
    }
  }

  /// A model's diagnostics are printed.
  init(_ error: CompilerError) {
    switch error {
    case .file(let text): self = .file(text)
    case .notAModel(let text), .weights(let text), .plan(let text): self = .message(text)
    case .model(let diagnostics):
      Terminal.report(diagnostics.map(\.base))
      self = .input
    case .parameter(let text): self = .usage(text)
    case .checkpointKey(let text): self = .usage("--checkpoint-key: \(text)")
    case .severalModels(let text): self = .message("\(text); --checkpoint-key chooses one")
    case .classCount(_, let fitting):
      self = .message("\(error.description); leave out --classes, or give --classes \(fitting)")
    case .verification(let text):
      self = .message("the plan differs from the training graph, and is not written (--no-verify writes it)\n  \(text)")
    }
  }
}
