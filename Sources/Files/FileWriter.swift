import Glibc

/// Writes bytes to an open file, collecting small pieces.
///
/// After a failure the writer refuses all further bytes, so that an error which a caller overlooks still reaches the
/// end.
package final class FileWriter {
  private let path: String
  private let descriptor: FileDescriptor
  private var buffer: [UInt8] = []
  private var failure: FileError?
  private static let bufferSize = 1 << 16

  /// - Parameters:
  ///   - path: the name of the file in messages.
  ///   - descriptor: the open file, which the writer closes when it goes away.
  init(path: String, descriptor: consuming FileDescriptor) {
    self.path = path
    self.descriptor = descriptor
    buffer.reserveCapacity(Self.bufferSize)
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if buffer.count + bytes.count > Self.bufferSize {
      try flush()
      // Large blocks go straight to the system: tensors are never copied.
      if bytes.count >= Self.bufferSize { return try send(bytes) }
    }
    if let failure { throw failure }
    buffer.append(contentsOf: bytes)
  }

  package func write(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withTypedBytes { (buffer) throws(FileError) in try write(buffer) }
  }

  package func write(_ text: String) throws(FileError) { try write(Array(text.utf8)) }

  /// Hands all collected bytes to the system.
  func flush() throws(FileError) {
    if let failure { throw failure }
    guard !buffer.isEmpty else { return }
    try buffer.withTypedBytes { (bytes) throws(FileError) in try send(bytes) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Waits until all bytes are on the disk.
  func synchronize() throws(FileError) {
    try flush()
    guard descriptor.synchronize() else { throw FileError("write", path, code: errno) }
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if let failure { throw failure }
    var rest = bytes
    while !rest.isEmpty {
      let count = descriptor.write(rest)
      guard count > 0 else {
        // Some devices take nothing and report no error; trying again could last forever.
        let error = FileError("write", path, code: count < 0 ? errno : EIO)
        failure = error
        throw error
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
