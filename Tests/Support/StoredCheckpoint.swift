import Compiler
import Foundation
import Tensors

/// A checkpoint with these tensors, through a file as training writes it.
package func checkpoint(_ tensors: [String: Tensor]) throws -> Checkpoint {
  let folder = try TemporaryFolder()
  let path = folder.path("checkpoint.safetensors")
  try writeTensorFile(path: path, tensors: tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  return Checkpoint(try TensorFile(bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path)))))
}
