import Elements
import GelanCompiler
import Tensors

extension Command {
  static let weights = Command(
    name: "weights", summary: "convert a checkpoint to safetensors", operands: "FILE", operandCount: 1...1,
    options: [
      Option("-o", "--output", value: "FILE", help: "the safetensors file to write"),
      .checkpointKey,
      Option(
        "--weights-type", value: "keep|fp32|fp16|bf16",
        help: "the type of floating-point tensors; keep, each its own, by default"),
    ],
    details: """
      Reads a PyTorch checkpoint (.pt, .pth), or a safetensors file, and writes its tensors under the names of the state
      dictionary. Nothing of the checkpoint is run. Whole numbers stay as they are; the classes' names, the strides, the
      epoch and the date go to the file's metadata.

      example: gelan weights best.pt -o best.safetensors --weights-type fp16
      """
  ) { arguments in
    guard let output = arguments.string("-o") else { throw CommandFailure.usage("-o FILE is missing") }
    let path = arguments.operands[0]
    try refuse("-o", output, toReplace: [path])
    let type = try arguments.choice("--weights-type") ?? "keep"
    let source = try openCheckpoint(path, arguments)
    var tensors: [StoredTensor] = []
    for entry in source.tensors { tensors.append(try converted(entry, to: type, source)) }
    do throws(TensorFileError) {
      // What a plan file says of itself, its checksums among it, would be wrong of another file.
      let metadata = source.metadata.filter { !$0.key.hasPrefix("gelan.") }
      try writeTensorFile(path: output, tensors: tensors, metadata: metadata)
    } catch {
      throw CommandFailure(error)
    }
    let bytes = tensors.reduce(0) { $0 + $1.byteCount }
    Terminal.print("wrote \(output): \(tensors.count.of("tensor", "tensors")), \(grouped(bytes)) bytes")
  }
}

/// A tensor of a checkpoint in the type that is asked for.
private func converted(
  _ entry: CheckpointContent.Entry, to type: String, _ source: CheckpointContent
) throws(CommandFailure) -> StoredTensor {
  do throws(TensorFileError) {
    guard entry.type.isFloatingPoint, type != "keep" else {
      return StoredTensor(entry.name, shape: entry.shape, type: entry.type, bytes: try source.bytes(entry.name))
    }
    let tensor = try source.tensor(entry.name)
    if let type = ElementType(rawValue: type), let stored = StoredTensor(entry.name, tensor, as: type) { return stored }
  } catch {
    throw CommandFailure(error)
  }
  throw .message(
    "\(source.path): \(type) cannot hold the numbers of \(entry.name); bf16, which has the range of fp32, can")
}
