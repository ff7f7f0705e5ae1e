/// Why a file of tensors could not be read or written, in one sentence that names the file and, if any, the tensor.
package struct TensorFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  package let description: String

  /// - Parameter reason: what is wrong with the file, as a clause: "its header is cut off".
  init(_ path: String, _ reason: String) {
    self.path = path
    description = "\(quoted(path)): \(reason)"
  }

  init(_ error: FileError) {
    path = error.path
    description = error.description
  }

  static func notTensors(_ path: String, _ reason: String) -> TensorFileError {
    TensorFileError(path, "not a safetensors file: \(reason)")
  }

  static func tensor(_ name: String, in path: String, _ reason: String) -> TensorFileError {
    TensorFileError(path, "tensor \(quoted(name)) \(reason)")
  }
}
