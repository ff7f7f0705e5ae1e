import PyTorch

/// Bytes as a PyTorch checkpoint: every model in it, every tensor of each, what is recorded beside them.
///
/// The older format has no checksums, so its seeds lead into the pickle and the storages; the zip archives lead into the
/// directory.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCheckpoint(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let file = try? PyTorchFile(bytes: bytes, name: "fuzz") else { return 0 }
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
  return 0
}

/// The entry point that SwiftPM links an executable with, in place of libFuzzer's `main`.
@_cdecl("FuzzCheckpoint_main")
public func main(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments) { fuzzCheckpoint($0, $1) }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
