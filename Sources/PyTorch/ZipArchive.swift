import CZlib
import Files
import Tensors

/// The uncompressed entries of a zip archive, which is how PyTorch writes them.
///
/// It reads only the parts of the format that this needs (PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3): the
/// directory at the end, in its short form or that of zip64, and the header before each entry. It rejects compressed,
/// encrypted and overlapping entries, and duplicate names.
struct ZipArchive {
  struct Entry: Sendable {
    let name: String
    /// The range of the entry's bytes in the file.
    let range: Range<Int>
    /// CRC-32 of the bytes.
    let checksum: UInt32

    /// Whether these bytes have the entry's checksum.
    func matches(_ content: UnsafeRawBufferPointer) -> Bool {
      var sum = crc32(0, nil, 0)
      // In pieces whose size fits the library's 32-bit count.
      var rest = content[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
        sum = crc32(sum, piece.bindMemory(to: UInt8.self).baseAddress, uInt(piece.count))
        rest = rest.dropFirst(piece.count)
      }
      return sum == UInt(checksum)
    }
  }

  private let bytes: UnsafeRawBufferPointer
  private let path: String
  /// The entries in the order of the directory.
  private(set) var entries: [Entry] = []

  /// - Parameters:
  ///   - bytes: The whole file; must stay valid while the archive is used.
  ///   - path: The name of the file in messages.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(TensorFileError) {
    self.bytes = bytes
    self.path = path
    let directory = try findDirectory()
    var cursor = ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[..<directory.end]), at: directory.start)
    var names: Set<String> = []
    var places: [Range<Int>] = []
    while entries.count < directory.count {
      let (entry, place) = try readEntry(&cursor)
      guard names.insert(entry.name).inserted else { throw fault("two entries are called \(quoted(entry.name))") }
      entries.append(entry)
      places.append(place)
    }
    places.sort { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(places, places.dropFirst()) where second.lowerBound < first.upperBound {
      throw fault("two entries of the archive overlap")
    }
  }

  static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: "PK\u{3}\u{4}".utf8) }

  /// The bytes of an entry, after their checksum was verified.
  func content(_ entry: Entry) throws(TensorFileError) -> UnsafeRawBufferPointer {
    let content = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
    guard entry.matches(content) else {
      throw fault("the entry \(quoted(entry.name)) is damaged: its checksum differs")
    }
    return content
  }

  // MARK: - The directory

  private typealias Directory = (start: Int, end: Int, count: Int)

  private func findDirectory() throws(TensorFileError) -> Directory {
    // The record at the end has 22 bytes and a comment of at most 65,535.
    let size = 22
    guard bytes.count >= size else { throw truncated }
    for place in stride(from: bytes.count - size, through: max(0, bytes.count - size - 0xFFFF), by: -1) {
      var cursor = ByteCursor(bytes, at: place)
      guard cursor.read(UInt32.self) == 0x0605_4B50, cursor.skip(6) != nil, let count = cursor.read(UInt16.self),
        let length = cursor.read(UInt32.self), let start = cursor.read(UInt32.self),
        let comment = cursor.read(UInt16.self), place + size + Int(comment) == bytes.count
      else { continue }
      if let large = try findLargeDirectory(before: place) { return large }
      return try directory(start: UInt64(start), length: UInt64(length), count: UInt64(count), limit: place)
    }
    throw truncated
  }

  /// The zip64 directory, with 64-bit numbers.
  private func findLargeDirectory(before place: Int) throws(TensorFileError) -> Directory? {
    var locator = ByteCursor(bytes, at: place - 20)
    guard locator.read(UInt32.self) == 0x0706_4B50 else { return nil }
    guard locator.skip(4) != nil, let offset = locator.read(UInt64.self), offset < UInt64(place) else {
      throw truncated
    }
    var record = ByteCursor(bytes, at: Int(offset))
    guard record.read(UInt32.self) == 0x0606_4B50, record.skip(28) != nil, let count = record.read(UInt64.self),
      let length = record.read(UInt64.self), let start = record.read(UInt64.self)
    else { throw truncated }
    return try directory(start: start, length: length, count: count, limit: Int(offset))
  }

  private func directory(
    start: UInt64, length: UInt64, count: UInt64, limit: Int
  ) throws(TensorFileError) -> Directory {
    guard start <= UInt64(limit), length <= UInt64(limit) - start, count <= length / 46 else { throw truncated }
    return (Int(start), Int(start + length), Int(count))
  }

  /// The next entry of the directory, and the range that it occupies together with its header.
  private func readEntry(_ cursor: inout ByteCursor) throws(TensorFileError) -> (Entry, Range<Int>) {
    guard cursor.read(UInt32.self) == 0x0201_4B50, cursor.skip(4) != nil, let flags = cursor.read(UInt16.self),
      let method = cursor.read(UInt16.self), cursor.skip(4) != nil, let checksum = cursor.read(UInt32.self),
      let shortStored = cursor.read(UInt32.self), let shortSize = cursor.read(UInt32.self),
      let nameLength = cursor.read(UInt16.self), let extraLength = cursor.read(UInt16.self),
      let commentLength = cursor.read(UInt16.self), cursor.skip(8) != nil, let shortOffset = cursor.read(UInt32.self),
      let nameRange = cursor.skip(Int(nameLength)), let extraRange = cursor.skip(Int(extraLength)),
      cursor.skip(Int(commentLength)) != nil
    else { throw truncated }
    let name = cursor.text(nameRange)
    var extra = LargeNumbers(ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[extraRange])))
    guard let size = extra.widened(shortSize), let stored = extra.widened(shortStored),
      let offset = extra.widened(shortOffset)
    else { throw fault("the sizes of the entry \(quoted(name)) are missing") }
    // Programs have this folder; checkpoints do not.
    guard name.split(separator: "/").dropFirst().first != "code" else {
      throw fault("this is a TorchScript program; use the checkpoint that training wrote with torch.save")
    }
    guard flags & 1 == 0 else { throw fault("the entry \(quoted(name)) is encrypted") }
    guard method == 0, size == stored else {
      throw fault("the entry \(quoted(name)) is compressed, but PyTorch stores entries uncompressed; save it again")
    }
    guard offset <= bytes.count else { throw truncated }
    var header = ByteCursor(bytes, at: Int(offset))
    guard header.read(UInt32.self) == 0x0403_4B50, header.skip(22) != nil, let ownLength = header.read(UInt16.self),
      let ownExtra = header.read(UInt16.self), let ownName = header.skip(Int(ownLength)),
      header.skip(Int(ownExtra)) != nil, size <= UInt64(bytes.count), let content = header.skip(Int(size))
    else { throw fault("the entry \(quoted(name)) extends beyond the file; it may be truncated") }
    guard bytes[ownName].elementsEqual(bytes[nameRange]) else {
      throw fault("the entry \(quoted(name)) has another name in its own header")
    }
    return (Entry(name: name, range: content, checksum: checksum), Int(offset)..<content.upperBound)
  }

  private var truncated: TensorFileError { fault("the archive's directory is missing or damaged; it may be truncated") }

  private func fault(_ reason: String) -> TensorFileError { TensorFileError(path, reason) }
}

/// The 64-bit numbers of an entry that do not fit in 32 bits, in the order in which they are requested.
private struct LargeNumbers {
  private var numbers: ByteCursor?

  /// - Parameter fields: The entry's extra fields, each an identifying number, a length and as many bytes.
  init(_ fields: ByteCursor) {
    var fields = fields
    while let kind = fields.read(UInt16.self), let length = fields.read(UInt16.self),
      let place = fields.skip(Int(length))
    {
      if kind == 1 { numbers = ByteCursor(UnsafeRawBufferPointer(rebasing: fields.bytes[place])) }
    }
  }

  mutating func widened(_ short: UInt32) -> UInt64? {
    short == UInt32.max ? numbers?.read(UInt64.self) : UInt64(short)
  }
}
