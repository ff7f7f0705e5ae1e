import PyTorch

/// Bytes as a PyTorch checkpoint: every model in it, every tensor of each, and the facts recorded beside them.
///
/// The older format has no checksums, so its seeds test the pickle and the storages; the zip archives test the
/// directory.
func fuzzCheckpoint(_ bytes: [UInt8]) {
  guard let file = try? PyTorchFile(bytes: bytes, name: "fuzz") else { return }
  let chosen = file.preferredKey
  precondition(chosen.map(file.keys.contains) ?? true, "the preferred key is none")
  for key in file.keys.isEmpty ? [nil] : file.keys.map(Optional.some) {
    guard let model = try? file.model(key) else { continue }
    precondition(CheckpointFacts(metadata: model.facts.metadata).classCount == model.facts.classCount)
    for (name, tensor) in model.tensors {
      let size = try? model.withBytes(of: name) { $0.count }
      precondition(size == nil || size == tensor.count * tensor.type.byteCount, "a tensor has another size")
      guard let values = try? model.tensor(name) else { continue }
      precondition(values.shape == tensor.shape, "a tensor has another shape")
    }
  }
}
