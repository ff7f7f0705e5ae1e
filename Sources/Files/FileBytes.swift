import Glibc

/// The bytes of a file, mapped into memory: pages are read when they are first touched.
///
/// **Invariant:** the memory never moves and stays valid while the object lives. A file that someone else cuts short
/// meanwhile cannot be guarded against: touching a lost page ends the process.
package final class FileBytes: Sendable {
  /// The memory is only ever read, so it can be shared between threads.
  nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer
  /// Whether pages come from the file, and can come from there again.
  package let isMapped: Bool

  /// Maps a regular file.
  package init(mapping path: String) throws(FileError) {
    let file = try FileDescriptor(reading: path, waits: false)
    guard let status = file.status() else { throw FileError("read", path, code: errno) }
    guard !status.isDirectory else { throw FileError("read", path, reason: "it is a directory") }
    guard status.isRegularFile else { throw FileError("read", path, reason: "it is not a regular file") }
    let size = Int(status.st_size)
    guard size > 0 else {
      // The system refuses to map nothing.
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      isMapped = false
      return
    }
    guard let memory = file.map(byteCount: size) else {
      throw FileError("read", path, code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: memory, count: size)
    isMapped = true
  }

  /// Copies bytes to memory that is aligned like a mapped file's.
  package init(copying content: [UInt8]) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
    memory.copyBytes(from: content)
    bytes = UnsafeRawBufferPointer(memory)
    isMapped = false
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }
}
