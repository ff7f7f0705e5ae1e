import Glibc

/// An open file, which is closed when the value goes away.
///
/// The number stays inside: a call on the value keeps the file open until it returns.
struct FileDescriptor: ~Copyable {
  private let number: CInt

  /// Takes over an open descriptor.
  init(owning number: CInt) { self.number = number }

  /// Opens a file for reading.
  ///
  /// - Parameter waits: whether to wait, at a named pipe, for someone who writes to it.
  init(reading path: String, waits: Bool) throws(FileError) {
    try checkPath(path, action: "read")
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? 0 : O_NONBLOCK))
    guard number >= 0 else { throw FileError("read", path, code: errno) }
    self.init(owning: number)
  }

  /// Opens a file for reading and for writing at its end, and makes it when there is none.
  init(growing path: String) throws(FileError) {
    try checkPath(path, action: "write")
    let number = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0o666)
    guard number >= 0 else { throw FileError("write", path, code: errno) }
    self.init(owning: number)
  }

  /// Duplicates one of this process's own descriptors, such as `/dev/stdout`; nothing for any other path.
  ///
  /// A duplicate shares position and append mode; opening the file behind the descriptor would overwrite its start.
  init?(duplicating path: String) throws(FileError) {
    guard let number = descriptorNumber(ofPath: path) else { return nil }
    let duplicate = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard duplicate >= 0 else { throw FileError("write", path, code: errno) }
    self.init(owning: duplicate)
  }

  deinit { _ = close(number) }

  /// Asks the system what the file is; nil on failure, with `errno` set.
  func status() -> stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }

  /// Reads up to a buffer of bytes.
  ///
  /// - Returns: how many were read; 0 at the end, negative on failure, with `errno` set.
  func read(into buffer: inout [UInt8]) -> Int {
    while true {
      let count = Glibc.read(number, &buffer, buffer.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }

  /// Writes some bytes.
  ///
  /// - Returns: how many were written; negative on failure, with `errno` set.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    while true {
      let count = Glibc.write(number, bytes.baseAddress, bytes.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }

  /// Maps the first bytes of the file for reading; nil on failure, with `errno` set.
  func map(byteCount: Int) -> UnsafeRawPointer? {
    let memory = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, number, 0)
    return memory == MAP_FAILED ? nil : UnsafeRawPointer(memory)
  }

  /// Cuts the file off after some bytes; false on failure, with `errno` set.
  func truncate(to byteCount: Int) -> Bool { ftruncate(number, byteCount) == 0 }

  /// Keeps other processes from locking the file while this one has it open; false when one of them has it.
  func lock() -> Bool {
    // A file system without locks may be used without.
    flock(number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  /// Waits until what was written is on the disk; false on failure, with `errno` set.
  func synchronize() -> Bool {
    // Some file systems cannot do this, and say so; every other failure means lost bytes.
    fsync(number) == 0 || errno == EINVAL || errno == ENOSYS
  }

  /// A second descriptor of the same open file; nil on failure, with `errno` set.
  func duplicate() -> FileDescriptor? {
    let duplicate = fcntl(number, F_DUPFD_CLOEXEC, 0)
    return duplicate >= 0 ? FileDescriptor(owning: duplicate) : nil
  }

  /// Gives a file without a name its first one; false on failure, with `errno` set.
  func link(as path: String) -> Bool {
    linkat(AT_FDCWD, "/proc/self/fd/\(number)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
  }

  /// Sets the permission bits; a file system without permissions may ignore it.
  func setPermissions(_ mode: mode_t) { _ = fchmod(number, mode & 0o777) }
}

/// The number of the open descriptor that a path names.
private func descriptorNumber(ofPath path: String) -> CInt? {
  switch path {
  case "/dev/stdout": return 1
  case "/dev/stderr": return 2
  default: break
  }
  for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
    return CInt(path.dropFirst(folder.count))
  }
  return nil
}

/// Refuses paths that C would cut short, and so take for another file.
func checkPath(_ path: String, action: String) throws(FileError) {
  guard !path.utf8.contains(0) else { throw FileError(action, path, reason: "the path contains a zero byte") }
}

extension stat {
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
  var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
  var isSymbolicLink: Bool { st_mode & S_IFMT == S_IFLNK }
}
