/// Why a plan cannot be exported.
package struct ONNXExportError: Error, Sendable, Hashable {
  /// One sentence.
  package let description: String
  /// Whether a file could not be read or written at all.
  package let isFileError: Bool

  init(_ description: String, isFileError: Bool = false) {
    self.description = description
    self.isFileError = isFileError
  }

  /// - Parameter bytes: The length of the file that there will not be.
  static func tooLarge(_ bytes: Int) -> ONNXExportError {
    let size = bytes == Int.max ? "" : ", and this model has \(bytes)"
    return ONNXExportError("an ONNX file has at most \(ProtobufMessage.sizeLimit) bytes (2 GiB)\(size)")
  }
}
