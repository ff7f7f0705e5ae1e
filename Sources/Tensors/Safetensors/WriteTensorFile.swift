/// Writes F32 tensors as a safetensors file, which appears complete or not at all.
///
/// The bytes of the tensors start at a multiple of 64. The format allows no gaps between tensors, so those whose size
/// is a multiple of 64 bytes come first and the rest after them, each group in the order given: most tensors begin on
/// a cache line and all are aligned to four bytes, so that a mapped file can be used as it is. Equal input gives equal
/// bytes.
///
/// - Throws: when a name occurs twice or is reserved, the header would exceed 100 MB, or the file cannot be written.
package func writeTensorFile(
  path: String, tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
) throws(TensorFileError) {
  let aligned = tensors.filter { $0.tensor.byteCount % 64 == 0 }
  let ordered = aligned + tensors.filter { $0.tensor.byteCount % 64 != 0 }
  let header = try paddedHeader(ordered, metadata: metadata, path: path)
  do throws(FileError) {
    try writeFileAtomically(path: path) { (writer) throws(FileError) in
      try writer.write(header)
      for (_, tensor) in ordered {
        // All supported processors are little-endian, as the format is.
        try tensor.values.withTypedBytes { (bytes) throws(FileError) in try writer.write(bytes) }
      }
    }
  } catch {
    throw TensorFileError(error)
  }
}

/// The length and the JSON of a header, with spaces up to a multiple of 64 bytes.
private func paddedHeader(
  _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], path: String
) throws(TensorFileError) -> [UInt8] {
  var header = JSONObject()
  // Swift's dictionaries change their order from run to run; files should not.
  let texts = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
  header[TensorHeader.metadataKey] = texts.isEmpty ? nil : .object(JSONObject(texts))
  var offset = 0
  for (name, tensor) in tensors {
    let end = offset + tensor.byteCount
    let entry: JSONValue = [
      "dtype": "F32", "shape": .array(tensor.shape.map(JSONValue.integer)),
      "data_offsets": [.integer(offset), .integer(end)],
    ]
    guard name != TensorHeader.metadataKey else { throw .tensor(name, in: path, "has a reserved name") }
    guard header.appendIfNew(name, entry) else { throw .tensor(name, in: path, "is given twice") }
    offset = end
  }
  var json = JSONValue.object(header).utf8
  let padding = (64 - (8 + json.count) % 64) % 64
  json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
  guard json.count <= TensorHeader.sizeLimit else {
    throw TensorFileError(path, "a header of \(json.count) bytes is larger than the format allows")
  }
  return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
}

extension Tensor {
  fileprivate var byteCount: Int { values.count * MemoryLayout<Float>.size }
}
