import Elements
import Files
import Synchronization
import Tensors

/// A file written by `torch.save`, mapped into memory: a pickle, and the storages that its tensors are views of.
///
/// Contract of this module: the input is a checkpoint, the output its tensors by name and the facts recorded beside
/// them. It reads both formats of PyTorch: the zip archive since 1.6, and the sequence of pickles and storages before
/// it.
///
/// **Invariant:** nothing in a file is executed; classes and functions are names (`Pickle`). For any bytes, reading a
/// file succeeds or throws, in time and memory bounded by the size of the file.
final class StorageFile: Sendable {
  enum Form: String, Sendable {
    case zip = "zip archive"
    case legacy = "format before PyTorch 1.6"
  }

  let path: String
  let form: Form
  let pickle: Pickle
  private let file: FileBytes
  private let storages: [String: Storage]
  /// The storages whose checksum was verified: each is read once for that, however many tensors share it.
  private let checked = Mutex<Set<String>>([])

  private struct Storage: Sendable {
    let range: Range<Int>
    /// The position of the checksum, in an archive.
    let entry: ZipArchive.Entry?
  }

  /// The first bytes of the older format: a pickle of protocol 2 with PyTorch's magic number.
  private static let legacyStart: [UInt8] = [
    0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  /// Whether the first bytes are those of a PyTorch file.
  static func isKnown(_ bytes: UnsafeRawBufferPointer) -> Bool {
    ZipArchive.isZip(bytes) || bytes.starts(with: legacyStart)
  }

  init(_ file: FileBytes, path: String) throws(TensorFileError) {
    self.file = file
    self.path = path
    if ZipArchive.isZip(file.bytes) {
      form = .zip
      (pickle, storages) = try Self.readArchive(file.bytes, path: path)
    } else if file.bytes.starts(with: Self.legacyStart) {
      form = .legacy
      (pickle, storages) = try Self.readLegacy(file.bytes, path: path)
    } else {
      throw TensorFileError(path, "this is no checkpoint: it has neither of PyTorch's formats")
    }
  }

  /// The size of the file in bytes.
  var byteCount: Int { file.bytes.count }

  private static func readArchive(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(TensorFileError) -> (Pickle, [String: Storage]) {
    let archive = try ZipArchive(bytes, path: path)
    guard let main = archive.entries.first(where: { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }) else {
      throw TensorFileError(path, "this zip archive is no checkpoint: it has no data.pkl")
    }
    let root = main.name.dropLast("data.pkl".count)
    func entry(_ name: String) -> ZipArchive.Entry? { archive.entries.first { $0.name == root + name } }
    guard entry("constants.pkl") == nil else {
      throw TensorFileError(path, "this is a TorchScript program; use the checkpoint that training wrote")
    }
    if let order = entry("byteorder"), !(try archive.content(order)).starts(with: "little".utf8) {
      throw TensorFileError(path, "its numbers are big-endian; save it again on a little-endian machine")
    }
    var cursor = ByteCursor(try archive.content(main))
    let pickle = try PickleMachine.read(&cursor, path: path)
    var storages: [String: Storage] = [:]
    for entry in archive.entries where entry.name.hasPrefix(root + "data/") {
      storages[String(entry.name.dropFirst(root.count + 5))] = Storage(range: entry.range, entry: entry)
    }
    return (pickle, storages)
  }

  /// Reads four pickles (PyTorch's magic number, a version, facts about the machine, the content), one with the names
  /// of the storages, then each storage: its number of elements and their bytes.
  private static func readLegacy(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(TensorFileError) -> (Pickle, [String: Storage]) {
    var cursor = ByteCursor(bytes)
    var pickles: [Pickle] = []
    for _ in 0..<5 { pickles.append(try PickleMachine.read(&cursor, path: path)) }
    let facts = PickleValue(pickles[2], pickles[2].root)
    guard facts["little_endian"]?.boolean != false else {
      throw TensorFileError(path, "its numbers are big-endian; save it again on a little-endian machine")
    }
    let widths = elementWidths(pickles[3])
    let names = PickleValue(pickles[4], pickles[4].root).elements ?? []
    var storages: [String: Storage] = [:]
    for name in names {
      guard let key = name.text, let width = widths[key], let count = cursor.read(Int64.self) else {
        throw TensorFileError(path, "its list of storages is damaged")
      }
      let (size, overflows) = Int(count).multipliedReportingOverflow(by: width)
      guard !overflows, let range = cursor.skip(size) else {
        throw TensorFileError(path, "a storage extends beyond the file; it may be truncated")
      }
      storages[key] = Storage(range: range, entry: nil)
    }
    return (pickles[3], storages)
  }

  /// The element size in bytes of each storage that a pickle names.
  private static func elementWidths(_ pickle: Pickle) -> [String: Int] {
    var widths: [String: Int] = [:]
    for index in pickle.nodes.indices {
      guard case .persistent(let place) = pickle.nodes[index],
        let identity = PickleValue(pickle, place).elements(atMost: 16), identity.count >= 3,
        identity[0].text == "storage",
        let name = identity[1].qualifiedName, let key = identity[2].text
      else { continue }
      widths[key] = ElementType(torch: name)?.byteCount
    }
    return widths
  }

  /// The bytes of a storage, after their checksum was verified, if the file has one.
  private func bytes(ofStorage tensor: TensorView) throws(Refusal) -> UnsafeRawBufferPointer {
    let storage = try storage(of: tensor)
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[storage.range])
    if let entry = storage.entry, !checked.withLock({ $0.contains(tensor.storage) }) {
      guard entry.matches(bytes) else { throw Refusal("is damaged: its storage's checksum differs") }
      checked.withLock { _ = $0.insert(tensor.storage) }
    }
    return bytes
  }

  /// The storage of a tensor, which must have the size that the tensor states.
  private func storage(of tensor: TensorView) throws(Refusal) -> Storage {
    guard let storage = storages[tensor.storage] else { throw Refusal("has a storage that is not in the file") }
    guard tensor.storageCount <= storage.range.count / tensor.type.byteCount else {
      throw Refusal("has a storage of \(storage.range.count) bytes, but states \(tensor.storageCount) elements")
    }
    return storage
  }

  /// Throws unless the elements of a tensor are in the file.
  func check(_ tensor: TensorView) throws(Refusal) { _ = try storage(of: tensor) }

  /// Calls a function with the elements of a tensor, in row-major order, either in place or in a copy.
  func withElements<Result>(
    of tensor: TensorView, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(Refusal) -> Result {
    let storage = try bytes(ofStorage: tensor)
    let width = tensor.type.byteCount
    // The tensor's last element is within the storage, so no offset below overflows.
    if tensor.count == 0 { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    if tensor.isContiguous {
      let start = tensor.offset * width
      return withExtendedLifetime(file) {
        body(UnsafeRawBufferPointer(rebasing: storage[start..<start + tensor.count * width]))
      }
    }
    var gathered: [UInt8] = []
    gathered.reserveCapacity(tensor.count * width)
    var position = [Int](repeating: 0, count: tensor.shape.count)
    var place = tensor.offset
    for _ in 0..<tensor.count {
      gathered.append(contentsOf: storage[place * width..<(place + 1) * width])
      // The indices are incremented like an odometer, the last dimension first.
      for axis in position.indices.reversed() where tensor.shape[axis] > 1 {
        position[axis] += 1
        place += tensor.strides[axis]
        if position[axis] < tensor.shape[axis] { break }
        place -= tensor.strides[axis] * tensor.shape[axis]
        position[axis] = 0
      }
    }
    return gathered.withUnsafeBytes(body)
  }
}
