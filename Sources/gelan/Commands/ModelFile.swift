import Compiler
import Diagnostics
import Elements
import Files
import KernelInterface
import Kernels
import ModelIR
import ModelSyntax
import PyTorch
import Runtime
import Tensors

/// Reads a source file.
func readSource(_ path: String) throws(CommandFailure) -> SourceFile {
  if InferenceModel.isTensorFile(path) {
    throw .message("\(path): this is a plan or a file of weights, and a model in YAML is wanted")
  }
  if PyTorchFile.isCheckpoint(path: path) {
    throw .message(
      "\(path): this is a checkpoint of PyTorch's, and a model in YAML is wanted; 'gelan inspect' shows what it holds")
  }
  do {
    return SourceFile(name: path, bytes: try readFile(path: path, limit: YAMLLimits.bytes))
  } catch {
    throw .file(error.description)
  }
}

extension BlockFileLoader {
  /// Reads included files as the models that include them are read.
  static let files = BlockFileLoader { (path) throws(Refusal) in
    do throws(FileError) {
      return SourceFile(name: path, bytes: try readFile(path: path, limit: YAMLLimits.bytes))
    } catch {
      throw Refusal(error.description)
    }
  }
}

/// A model file on its way to a graph.
struct ModelFile {
  let model: ModelDeclaration
  let graph: Graph
  let warnings: [Diagnostic]
  /// The model's text, then those of the files that it includes.
  let sources: [SourceFile]

  /// - Throws: every fault, as diagnostics.
  init(
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

  /// The model that a command names, after its diagnostics are printed.
  static func open(_ path: String, _ arguments: Arguments) throws(CommandFailure) -> ModelFile {
    try open(path, arguments, settings: try arguments.settings())
  }

  static func open(
    _ path: String, _ arguments: Arguments, settings: [ParameterSetting]
  ) throws(CommandFailure) -> ModelFile {
    let file = try read(path, arguments, classes: try arguments.classCount(), settings: settings)
    Terminal.report(file.warnings)
    return file
  }

  /// A model for a number of classes, or for its own; errors are printed, and its warnings are still to be.
  static func read(
    _ path: String, _ arguments: Arguments, classes: Int?, settings: [ParameterSetting]? = nil
  ) throws(CommandFailure) -> ModelFile {
    let settings = if let settings { settings } else { try arguments.settings() }
    let source = try readSource(path)
    let input = try arguments.inputSize()
    do throws(CompileFailure) {
      return try ModelFile(source, classes: classes, input: input, settings: settings)
    } catch {
      try settings.refuse(error)
      Terminal.report(error.diagnostics)
      throw .input
    }
  }
}

/// Opens a plan that a command names.
func openPlan(_ path: String) throws(CommandFailure) -> InferenceModel {
  do {
    return try InferenceModel(path: path)
  } catch {
    throw CommandFailure(openingPlan: path, error.description, isFileError: error.isFileError)
  }
}

extension CommandFailure {
  /// Why a plan cannot be opened; with the way to one when the file is what plans are made from.
  init(openingPlan path: String, _ description: String, isFileError: Bool) {
    self = isFileError ? .file(description) : .message(description + (stepToPlan(from: path) ?? ""))
  }
}

/// How a plan is made from a file that is not one but goes into one.
private func stepToPlan(from path: String) -> String? {
  let lead = "\n  a plan is wanted, and made by: gelan compile"
  if PyTorchFile.isCheckpoint(path: path) { return "\(lead) MODEL.yaml --weights \(path) -o PLAN" }
  guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { return nil }
  return "\(lead) \(path) --weights WEIGHTS -o PLAN"
}

/// Opens a file of tensors that a command names.
func openTensorFile(_ path: String) throws(CommandFailure) -> TensorFile {
  do {
    return try TensorFile(path: path)
  } catch {
    throw .init(error)
  }
}

extension CommandFailure {
  init(_ error: TensorFileError) {
    self = error.isFileError ? .file(error.description) : .message(error.description)
  }
}

/// Opens a session of a plan at a size.
func openSession(
  _ model: InferenceModel, _ size: InputSize?, batch: Int = 1, threads: Int, instructions: InstructionSet,
  precision: ElementType
) throws(CommandFailure) -> Session {
  do {
    return try Session(
      model, height: size?.height, width: size?.width, batch: batch, threads: threads, instructions: instructions,
      precision: precision)
  } catch {
    throw .message(error.description)
  }
}
