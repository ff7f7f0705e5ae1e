import Files
import JSON

/// The checked header of a safetensors file: eight bytes of length, then JSON, then the tensors' bytes without gaps.
struct TensorHeader {
  /// The greatest length of the JSON that the format allows, in bytes.
  static let sizeLimit = 100_000_000
  static let metadataKey = "__metadata__"

  let metadata: [String: String]
  /// Where the tensors' bytes start, in bytes from the start of the file.
  let dataStart: Int
  /// The tensors in the order of their bytes.
  let entries: [TensorEntry]

  /// Reads and checks a header: afterwards every entry's range lies inside of the file and fits its type and shape.
  ///
  /// - Parameters:
  ///   - file: the whole file.
  ///   - path: the name of the file in messages.
  init(_ file: UnsafeRawBufferPointer, path: String) throws(TensorFileError) {
    let json = try Self.headerBytes(of: file, path: path)
    let dataStart = 8 + json.count
    let header: JSONValue
    do throws(JSONError) {
      header = try JSONValue.parse(json)
    } catch {
      throw .notTensors(path, "its header is \(error)")
    }
    guard let members = header.objectValue else { throw .notTensors(path, "its header is no JSON object") }

    var metadata: [String: String] = [:]
    var entries: [TensorEntry] = []
    entries.reserveCapacity(members.count)
    for member in members.entries {
      if member.key == Self.metadataKey {
        metadata = try Self.metadata(member.value, path: path)
      } else {
        let reader = EntryReader(path: path, name: member.key, dataStart: dataStart, fileSize: file.count)
        entries.append(try reader.entry(member.value))
      }
    }
    // Tensors without elements share their place with the next one, and come before it.
    entries.sort { first, second in
      (first.byteRange.lowerBound, first.byteRange.upperBound)
        < (second.byteRange.lowerBound, second.byteRange.upperBound)
    }
    try Self.checkLayout(entries, dataStart: dataStart, fileSize: file.count, path: path)
    self.metadata = metadata
    self.dataStart = dataStart
    self.entries = entries
  }

  /// Finds the JSON and refuses files that are plainly something else.
  private static func headerBytes(
    of file: UnsafeRawBufferPointer, path: String
  ) throws(TensorFileError) -> UnsafeRawBufferPointer {
    guard !file.isEmpty else { throw .notTensors(path, "it is empty") }
    // The first bytes of other formats are possible lengths of a header, too, so its brace decides.
    let hasBrace = file.count > 8 && file[8] == UInt8(ascii: "{")
    if !hasBrace, file.starts(with: "PK\u{3}\u{4}".utf8) {
      throw .notTensors(
        path, "it is a zip archive, as PyTorch checkpoints (.pt) are")
    }
    if !hasBrace, file.starts(with: [0x80, 0x02]) {
      throw .notTensors(path, "it is a Python pickle, as old PyTorch checkpoints are")
    }
    let isText = file.prefix(64).allSatisfy { (0x20...0x7E).contains($0) || (0x09...0x0D).contains($0) }
    if isText { throw .notTensors(path, "it is text") }
    guard file.count >= 8 else { throw .notTensors(path, "its \(file.count) bytes cannot hold a header") }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= sizeLimit else { throw .notTensors(path, "a header of \(length) bytes is larger than allowed") }
    guard length <= file.count - 8 else {
      throw .notTensors(
        path, "its header needs \(length) bytes, but only \(file.count - 8) follow; it may be truncated")
    }
    let json = UnsafeRawBufferPointer(rebasing: file[8..<8 + Int(length)])
    guard json.first == UInt8(ascii: "{") else { throw .notTensors(path, "its header does not start with '{'") }
    return json
  }

  private static func metadata(_ value: JSONValue, path: String) throws(TensorFileError) -> [String: String] {
    guard let members = value.objectValue else { throw TensorFileError(path, "its metadata is no JSON object") }
    var metadata: [String: String] = [:]
    for member in members.entries {
      guard let text = member.value.stringValue else {
        throw TensorFileError(path, "its metadata \(quoted(member.key)) is not a string")
      }
      metadata[member.key] = text
    }
    return metadata
  }

  /// Checks that the tensors, in the order of their bytes, fill the file without overlap and gap.
  private static func checkLayout(
    _ entries: [TensorEntry], dataStart: Int, fileSize: Int, path: String
  ) throws(TensorFileError) {
    var end = dataStart
    var previous: TensorEntry?
    for entry in entries {
      let start = entry.byteRange.lowerBound
      if start < end, let previous {
        throw .tensor(entry.name, in: path, "overlaps tensor \(quoted(previous.name))")
      }
      if start > end {
        throw .tensor(entry.name, in: path, "starts \(start - end) bytes after the end of the one before it")
      }
      end = entry.byteRange.upperBound
      previous = entry
    }
    guard end == fileSize else {
      throw TensorFileError(path, "its last \(fileSize - end) bytes belong to no tensor")
    }
  }
}
