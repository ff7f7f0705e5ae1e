import Compiler
import Diagnostics
import PyTorch
import Runtime
import Tensors

/// A checkpoint, one of PyTorch's or a safetensors file; which one is read off its content.
struct WeightsFile {
  let checkpoint: Checkpoint
  let facts: CheckpointFacts
  /// The ε of the batch normalisations, as far as the file tells.
  let epsilons: Set<Double>

  /// - Parameter key: The model to take of a file that has several.
  init(_ path: String, key: String?, _ journal: CompileJournal) throws(CompilerError) {
    if PyTorchFile.isCheckpoint(path: path) {
      let file = try openPyTorchFile(path)
      let chosen = try CheckpointKey(key, of: file)
      if let note = chosen.note { journal.note(.checkpointKey, note) }
      let model: PyTorchModel
      do throws(TensorFileError) { model = try file.model(chosen.key) } catch { throw CompilerError(error) }
      let shapes = Dictionary(model.tensors.map { ($0.name, $0.tensor.shape) }) { first, _ in first }
      checkpoint = Checkpoint(shapes: shapes) { (name) throws(TensorFileError) in try model.tensor(name) }
      facts = model.facts
      epsilons = model.epsilons
    } else {
      try refuseKey(key, path)
      let file: TensorFile
      do throws(TensorFileError) { file = try TensorFile(path: path) } catch { throw CompilerError(error) }
      if LoadedPlan.isPlan(file) {
        let origin = file.metadata[PlanFile.Key.weights].map { ", made from \($0)" } ?? ""
        throw .weights(
          "\(path): this is a plan\(origin): its weights are folded and fused already; compile what training wrote")
      }
      checkpoint = Checkpoint(file)
      facts = CheckpointFacts(metadata: file.metadata)
      epsilons = []
    }
  }
}

func openPyTorchFile(_ path: String) throws(CompilerError) -> PyTorchFile {
  do throws(TensorFileError) { return try PyTorchFile(path: path) } catch { throw CompilerError(error) }
}

/// Refuses a key for a file that has one set of tensors.
func refuseKey(_ key: String?, _ path: String) throws(CompilerError) {
  guard key == nil else {
    throw .checkpointKey("a key is for PyTorch's files, and '\(path)' has one set of tensors")
  }
}

/// The key of the model to take of a checkpoint.
struct CheckpointKey {
  /// `nil` if the file is one model.
  let key: String?
  /// Which models are left, if nobody chose; otherwise `nil`.
  private(set) var note: String?

  /// - Parameter wanted: The key that was asked for; `nil` for the one that is meant.
  init(_ wanted: String?, of file: PyTorchFile) throws(CompilerError) {
    let list = file.keys.map { "'\($0)'" }.joined(separator: ", ")
    if let wanted {
      guard !file.keys.contains(wanted) else {
        key = wanted
        return
      }
      let hint = didYouMean(wanted, among: file.keys).first.map { "; \($0)" } ?? ""
      throw .checkpointKey(
        file.keys.isEmpty
          ? "'\(file.path)' is one model and has no keys"
          : "'\(file.path)' has no model '\(wanted)', but \(list)\(hint)")
    }
    guard !file.keys.isEmpty else {
      key = nil
      return
    }
    guard let preferred = file.preferredKey else {
      throw .severalModels("\(file.path): this file has several models: \(list)")
    }
    key = preferred
    let others = file.keys.filter { $0 != preferred }.map { "'\($0)'" }
    if !others.isEmpty { note = "taking '\(preferred)' of \(file.path), not \(others.joined(separator: " or "))" }
  }
}
