import Elements
import Files
import Glibc

/// A safetensors file, mapped into memory and checked before use.
///
/// A file is ordinary input and may be hostile: whatever its bytes, opening it succeeds or throws, and afterwards every
/// tensor that it lists can be read.
package final class TensorFile: Sendable {
  /// The name of the file in messages.
  package let path: String
  /// The file's free texts, such as a plan.
  package let metadata: [String: String]
  /// The tensors in the order of their bytes.
  package let entries: [TensorEntry]
  private let positions: [String: Int]
  private let file: FileBytes
  /// Where the tensors' bytes start.
  private let dataStart: Int

  /// Opens a file; its tensors' bytes are read from disk when they are first used.
  ///
  /// - Throws: when the path is not a readable, regular file in the safetensors format.
  package convenience init(path: String) throws(TensorFileError) {
    let file: FileBytes
    do throws(FileError) {
      file = try FileBytes(mapping: path)
    } catch {
      throw TensorFileError(error)
    }
    try self.init(file, path: path)
  }

  /// Opens a file that is in memory already.
  ///
  /// - Parameter name: the name of the file in messages.
  package convenience init(bytes: [UInt8], name: String = "memory") throws(TensorFileError) {
    try self.init(FileBytes(copying: bytes), path: name)
  }

  private init(_ file: FileBytes, path: String) throws(TensorFileError) {
    let header = try TensorHeader(file.bytes, path: path)
    self.file = file
    self.path = path
    metadata = header.metadata
    entries = header.entries
    dataStart = header.dataStart
    var positions = [String: Int](minimumCapacity: entries.count)
    for (position, entry) in entries.enumerated() { positions[entry.name] = position }
    self.positions = positions
  }

  /// The tensors' names in the order of their bytes.
  package var names: [String] { entries.map(\.name) }

  /// The size of the file in bytes.
  package var byteCount: Int { file.bytes.count }

  /// The bytes before those of the tensors, with the length that they begin with; valid while this object lives.
  var headerBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[..<dataStart]) }

  /// The bytes of all tensors; valid while this object lives.
  var dataBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[dataStart...]) }

  package subscript(name: String) -> TensorEntry? { positions[name].map { entries[$0] } }

  /// A tensor with its elements as `Float`.
  ///
  /// - Throws: when there is no such tensor or its elements are no floating-point numbers.
  package func tensor(_ name: String) throws(TensorFileError) -> Tensor {
    Tensor(shape: try entry(name).shape, values: try floats(name))
  }

  /// The elements of a tensor as `Float`, in row-major order. F16 and BF16 are widened exactly, F64 is rounded.
  ///
  /// - Throws: when there is no such tensor or its elements are no floating-point numbers.
  package func floats(_ name: String) throws(TensorFileError) -> [Float] {
    let entry = try floatEntry(name)
    return widened(bytes(of: entry), from: entry.type) ?? []
  }

  /// Writes the elements of a tensor as `Float` to memory that has room for them; converts as `floats` does.
  ///
  /// - Throws: when there is no such tensor or its elements are no floating-point numbers.
  package func copyFloats(_ name: String, to values: UnsafeMutablePointer<Float>) throws(TensorFileError) {
    let entry = try floatEntry(name)
    widen(bytes(of: entry), from: entry.type, to: values)
  }

  /// Calls a function with the elements of a tensor as `Float`: in the mapped file if that is possible, else in a copy.
  ///
  /// - Throws: when there is no such tensor or its elements are no floating-point numbers.
  package func withFloats<Result>(
    _ name: String, _ body: (UnsafeBufferPointer<Float>) -> Result
  ) throws(TensorFileError) -> Result {
    // The pointer is used inside of the call only, so `self` keeps the memory alive long enough.
    if let mapped = mappedFloats(name) { return withExtendedLifetime(self) { body(mapped) } }
    return try floats(name).withUnsafeBufferPointer(body)
  }

  /// The elements of an F32 tensor where they lie in the file, valid while this object lives.
  ///
  /// - Returns: nil when there is no such tensor, its type is not F32, or its bytes are not aligned to four.
  package func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>? {
    guard let entry = self[name], entry.type == .fp32 else { return nil }
    let bytes = bytes(of: entry)
    guard UInt(bitPattern: bytes.baseAddress) % 4 == 0 else { return nil }
    return bytes.bindMemory(to: Float.self)
  }

  /// The bytes of a tensor of any type where they lie in the file, valid while this object lives.
  package func mappedBytes(_ name: String) -> UnsafeRawBufferPointer? { self[name].map(bytes) }

  /// Gives back the memory of a tensor's pages. It stays readable: pages that are asked for again are read again.
  package func releasePages(of name: String) {
    // Pages that are no file's would come back as zeros.
    guard file.isMapped, let bytes = mappedBytes(name), let start = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    // Whole pages only: the first and the last may hold parts of other tensors.
    let first = (UInt(bitPattern: start) + UInt(page) - 1) / UInt(page) * UInt(page)
    let last = UInt(bitPattern: start + bytes.count) / UInt(page) * UInt(page)
    if let pages = UnsafeMutableRawPointer(bitPattern: first), last > first {
      madvise(pages, Int(last - first), MADV_DONTNEED)
    }
  }

  private func entry(_ name: String) throws(TensorFileError) -> TensorEntry {
    guard let entry = self[name] else { throw TensorFileError(path, "there is no tensor \(quoted(name))") }
    return entry
  }

  private func floatEntry(_ name: String) throws(TensorFileError) -> TensorEntry {
    let entry = try entry(name)
    guard entry.type.isFloatingPoint else {
      throw .tensor(name, in: path, "holds \(entry.type.safetensorsName), not floating-point numbers")
    }
    return entry
  }

  private func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
  }
}
