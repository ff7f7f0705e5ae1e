import Elements
import Files
import JSON

/// Reads one tensor's member of a header, and checks it against the size of the file.
struct EntryReader {
  let path: String
  let name: String
  /// Where the tensors' bytes start, in bytes from the start of the file.
  let dataStart: Int
  let fileSize: Int

  func entry(_ value: JSONValue) throws(TensorFileError) -> TensorEntry {
    guard value.objectValue != nil else { throw failure("is described by something else than an object") }
    guard let typeName = value["dtype"]?.stringValue else { throw failure("has no 'dtype'") }
    guard let type = ElementType(safetensorsName: typeName) else {
      throw failure("has the unknown element type \(quoted(typeName))")
    }
    guard let shape = sizes(value["shape"]) else {
      throw failure("has no 'shape' of non-negative whole numbers")
    }
    guard let offsets = sizes(value["data_offsets"]), offsets.count == 2 else {
      throw failure("has no 'data_offsets' of two non-negative whole numbers")
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else { throw failure("ends at offset \(end), before its start at \(begin)") }
    guard end <= fileSize - dataStart else {
      throw failure(
        "needs bytes up to offset \(end), but the file ends at \(fileSize - dataStart); it may be truncated")
    }
    let (size, overflows) = elementCount(ofShape: shape)?.multipliedReportingOverflow(by: type.byteCount) ?? (0, true)
    guard !overflows else { throw failure("has more elements than any file can hold") }
    guard size == end - begin else {
      throw failure("needs \(size) bytes for its shape \(shape) of \(typeName), but has \(end - begin)")
    }
    return TensorEntry(name: name, type: type, shape: shape, byteRange: dataStart + begin..<dataStart + end)
  }

  /// The numbers of an array, or nil when it is none or they are not all whole and non-negative.
  private func sizes(_ value: JSONValue?) -> [Int]? {
    guard let values = value?.arrayValue else { return nil }
    var sizes: [Int] = []
    sizes.reserveCapacity(values.count)
    for value in values {
      guard let size = value.integerValue, size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  private func failure(_ reason: String) -> TensorFileError { .tensor(name, in: path, reason) }
}
