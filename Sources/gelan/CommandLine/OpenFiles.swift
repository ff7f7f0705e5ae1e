import Compiler
import Diagnostics
import Elements
import Files
import GelanCompiler
import Kernels
import ModelIR
import PyTorch
import Runtime
import Tensors

/// Reads a model's text.
func readSource(_ path: String) throws(CommandFailure) -> SourceFile {
  do throws(CompilerError) { return try ModelSource(path: path).file } catch { throw CommandFailure(error) }
}

extension ElaboratedModel {
  /// The model that a command names, after its diagnostics are printed.
  static func open(
    _ path: String, _ arguments: Arguments, settings: [ParameterSetting]? = nil
  ) throws(CommandFailure) -> ElaboratedModel {
    let settings = if let settings { settings } else { try arguments.settings() }
    let source = try readSource(path)
    let (classes, input) = (try arguments.classCount(), try arguments.inputSize())
    do throws(CompileFailure) {
      let model = try ElaboratedModel(source, classes: classes, input: input, settings: settings)
      Terminal.report(model.warnings)
      return model
    } catch {
      try settings.refuse(error)
      Terminal.report(error.diagnostics)
      throw .input
    }
  }
}

/// Opens a checkpoint that a command names, after a note if other models of it are left.
func openCheckpoint(_ path: String, _ arguments: Arguments) throws(CommandFailure) -> CheckpointContent {
  do throws(CompilerError) {
    let content = try CheckpointContent(path, key: arguments.string("--checkpoint-key"))
    if let note = content.keyNote { Terminal.note("note: \(note); --checkpoint-key chooses") }
    return content
  } catch {
    throw CommandFailure(error)
  }
}

/// Opens a plan that a command names.
func openPlan(_ path: String) throws(CommandFailure) -> LoadedPlan {
  do {
    return try LoadedPlan(path: path)
  } catch {
    throw CommandFailure(openingPlan: path, error.description, isFileError: error.isFileError)
  }
}

extension CommandFailure {
  /// Why a plan cannot be opened; with the way to one if the file is what plans are made from.
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

/// Opens a session of a plan at a size.
func openSession(
  _ model: LoadedPlan, _ size: InputSize?, batch: Int = 1, threads: Int, instructions: InstructionSet,
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

/// Refuses an output that would take the place of a file that is read.
///
/// - Parameter option: The option that names the output.
func refuse(_ option: String, _ output: String, toReplace inputs: [String]) throws(CommandFailure) {
  guard FileKind(output) != nil else { return }
  let target = realPath(output)
  if let input = inputs.first(where: { realPath($0) == target }) {
    throw .usage("\(option) \(output) would replace '\(input)', which is read")
  }
}

/// Makes the folder that an option names.
func makeOutputFolder(_ path: String) throws(CommandFailure) {
  do throws(FileError) { try makeFolder(path) } catch { throw CommandFailure(error) }
}

extension Command.Option {
  static let checkpointKey = Self(
    "--checkpoint-key", value: "KEY", help: "the model to take of a .pt file that has several; 'ema' before 'model'")
}
