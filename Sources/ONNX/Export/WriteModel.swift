import Files
import Tensors

extension ONNXModel {
  /// Writes the model as a file, which appears complete or not at all; each weight goes straight from one file to the
  /// other.
  ///
  /// - Parameter weights: The plan file that the model was made from.
  /// - Throws: when the file cannot be written, or the weights are not those of the plan.
  package func write(path: String, weights: TensorFile) throws(ONNXExportError) {
    let message = message
    for case .weight(let name, let count) in message.pieces {
      guard let entry = weights[name], entry.count == count else {
        throw ONNXExportError("\(weights.path): the plan needs the weight '\(name)' of \(count) numbers")
      }
    }
    var failure: ONNXExportError?
    do throws(FileError) {
      try writeFileAtomically(path: path) { (writer) throws(FileError) in
        for piece in message.pieces {
          switch piece {
          case .bytes(let bytes):
            try writer.write(bytes)
          case .weight(let name, _):
            failure = try writer.write(weights, name)
            // The error of the weights replaces this one, which only keeps the file from appearing.
            if let failure { throw FileError("write", path, reason: failure.description) }
          }
        }
      }
    } catch {
      throw failure ?? ONNXExportError(error.description, isFileError: true)
    }
  }
}

extension FileWriter {
  /// Writes the elements of a tensor; returns an error if the tensor cannot be read.
  fileprivate func write(_ file: TensorFile, _ name: String) throws(FileError) -> ONNXExportError? {
    let written: Result<Void, FileError>
    do throws(TensorFileError) {
      // All supported processors are little-endian, as the format is.
      written = try file.withFloats(name) { numbers in
        Result { () throws(FileError) in try self.write(UnsafeRawBufferPointer(numbers)) }
      }
    } catch {
      return ONNXExportError(error.description, isFileError: error.isFileError)
    }
    try written.get()
    return nil
  }
}
