import Files

/// Why a file of tensors could not be read or written, in one sentence that names the file and, if any, the tensor.
package struct TensorFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  package let description: String
  /// Whether the file could not be read or written at all, rather than holding the wrong thing.
  package let isFileError: Bool

  /// - Parameter reason: what is wrong with the file, as a clause: "its header is cut off".
  package init(_ path: String, _ reason: String) {
    self.path = path
    description = "\(quoted(path)): \(reason)"
    isFileError = false
  }

  package init(_ error: FileError) {
    path = error.path
    description = error.description
    isFileError = true
  }

  static func notTensors(_ path: String, _ reason: String) -> TensorFileError {
    TensorFileError(path, "not a safetensors file: \(reason)")
  }

  static func tensor(_ name: String, in path: String, _ reason: String) -> TensorFileError {
    TensorFileError(path, "tensor \(quoted(name)) \(reason)")
  }
}
