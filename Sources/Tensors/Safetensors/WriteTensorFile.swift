import Files
import JSON

/// Writes F32 tensors as a safetensors file, which appears complete or not at all.
///
/// - Throws: when a name occurs twice or is reserved, the header would exceed 100 MB, or the file cannot be written.
package func writeTensorFile(
  path: String, tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
) throws(TensorFileError) {
  try writeTensorFile(path: path, tensors: tensors.map { StoredTensor($0.name, $0.tensor) }, metadata: metadata)
}

/// Writes tensors as a safetensors file, which appears complete or not at all.
///
/// The bytes of the tensors start at a multiple of 64. The format allows no gaps between tensors, so those whose size
/// is a multiple of 64 bytes come first and the rest after them, wider elements before narrower ones, each group in the
/// order given: a tensor of 64, 128, … bytes begins on a cache line, every tensor is aligned to its elements, and a
/// mapped file can be used as it is. Equal input gives equal bytes.
///
/// - Parameter isSealed: whether the file gets the checksums of `Seal`.
/// - Throws: when a name occurs twice or is reserved, the header would exceed 100 MB, or the file cannot be written.
package func writeTensorFile(
  path: String, tensors: [StoredTensor], metadata: [String: String] = [:], isSealed: Bool = false
) throws(TensorFileError) {
  let ordered = inFileOrder(tensors)
  var metadata = metadata
  if isSealed {
    var hash = SHA256()
    for tensor in ordered { tensor.withBytes { hash.update($0) } }
    metadata = Seal.metadata(metadata, dataDigest: hash.hexadecimalDigest())
  }
  var header = try paddedHeader(ordered, metadata: metadata, path: path)
  if isSealed { Seal.close(&header) }
  do throws(FileError) {
    try writeFileAtomically(path: path) { (writer) throws(FileError) in
      try writer.write(header)
      for tensor in ordered {
        try tensor.withBytes { (bytes) throws(FileError) in try writer.write(bytes) }
      }
    }
  } catch {
    throw TensorFileError(error)
  }
}

private func inFileOrder(_ tensors: [StoredTensor]) -> [StoredTensor] {
  let rest = tensors.filter { $0.byteCount % 64 != 0 }
  let widths = Set(rest.map(\.type.byteCount)).sorted(by: >)
  return tensors.filter { $0.byteCount % 64 == 0 }
    + widths.flatMap { width in rest.filter { $0.type.byteCount == width } }
}

/// The length and the JSON of a header, with spaces up to a multiple of 64 bytes.
private func paddedHeader(
  _ tensors: [StoredTensor], metadata: [String: String], path: String
) throws(TensorFileError) -> [UInt8] {
  var header = JSONObject()
  // Swift's dictionaries change their order from run to run; files should not.
  let texts = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
  header[TensorHeader.metadataKey] = texts.isEmpty ? nil : .object(JSONObject(texts))
  var offset = 0
  for tensor in tensors {
    let end = offset + tensor.byteCount
    let entry: JSONValue = [
      "dtype": .string(tensor.type.safetensorsName), "shape": .array(tensor.shape.map(JSONValue.integer)),
      "data_offsets": [.integer(offset), .integer(end)],
    ]
    guard tensor.name != TensorHeader.metadataKey else { throw .tensor(tensor.name, in: path, "has a reserved name") }
    guard header.appendIfNew(tensor.name, entry) else { throw .tensor(tensor.name, in: path, "is given twice") }
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
