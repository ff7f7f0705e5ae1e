import Compiler
import Diagnostics
import PyTorch
import Runtime
import Tensors

/// A checkpoint that a command names: one of PyTorch's or a safetensors file, which one is read off its content.
struct WeightsFile {
  let checkpoint: Checkpoint
  let facts: CheckpointFacts
  /// The ε of the batch normalisations, as far as the file tells.
  let epsilons: Set<Double>

  /// - Parameter key: The model to take of a file that has several.
  init(_ path: String, key: String?) throws(CommandFailure) {
    if PyTorchFile.isCheckpoint(path: path) {
      let model = try PyTorchModel.open(path, key: key)
      let shapes = Dictionary(model.tensors.map { ($0.name, $0.tensor.shape) }) { first, _ in first }
      checkpoint = Checkpoint(shapes: shapes) { (name) throws(TensorFileError) in try model.tensor(name) }
      facts = model.facts
      epsilons = model.epsilons
    } else {
      guard key == nil else {
        throw .usage("--checkpoint-key is for PyTorch's files, and '\(path)' has one set of tensors")
      }
      let file = try openTensorFile(path)
      if InferenceModel.isPlan(file) {
        let origin = file.metadata[PlanFile.Key.weights].map { ", made from \($0)" } ?? ""
        throw .message(
          "\(path): this is a plan\(origin): its weights are folded and fused already; compile what training wrote")
      }
      checkpoint = Checkpoint(file)
      facts = CheckpointFacts(metadata: file.metadata)
      epsilons = []
    }
  }
}

extension Command.Option {
  static let checkpointKey = Self(
    "--checkpoint-key", value: "KEY", help: "the model to take of a .pt file that has several; 'ema' before 'model'")
}

extension PyTorchFile {
  static func open(_ path: String) throws(CommandFailure) -> PyTorchFile {
    do throws(TensorFileError) { return try PyTorchFile(path: path) } catch { throw CommandFailure(error) }
  }
}

extension PyTorchModel {
  /// Opens the model under a key, or the one that is meant when no key is given.
  static func open(_ path: String, key: String?) throws(CommandFailure) -> PyTorchModel {
    let file = try PyTorchFile.open(path)
    let chosen = try chosenKey(key, of: file)
    do throws(TensorFileError) { return try file.model(chosen) } catch { throw CommandFailure(error) }
  }
}

/// The key to take, after a note when others are left.
func chosenKey(_ key: String?, of file: PyTorchFile) throws(CommandFailure) -> String? {
  let list = file.keys.map { "'\($0)'" }.joined(separator: ", ")
  if let key {
    if file.keys.contains(key) { return key }
    let hint = didYouMean(key, among: file.keys).first.map { "; \($0)" } ?? ""
    throw .usage(
      file.keys.isEmpty
        ? "'\(file.path)' is one model and has no keys" : "'\(file.path)' has no model '\(key)', but \(list)\(hint)")
  }
  if file.keys.isEmpty { return nil }
  guard let preferred = file.preferredKey else {
    throw .message("\(file.path): this file has several models; choose one with --checkpoint-key: \(list)")
  }
  let others = file.keys.filter { $0 != preferred }.map { "'\($0)'" }
  if !others.isEmpty {
    Terminal.note(
      "note: taking '\(preferred)' of \(file.path), not \(others.joined(separator: " or ")); --checkpoint-key chooses")
  }
  return preferred
}
