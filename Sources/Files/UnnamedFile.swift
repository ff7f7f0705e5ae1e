import Glibc

/// A file that is written without a name and given one when it is complete.
///
/// Where the file system has no files without names, it has a hidden name beside its later one until then, which is
/// removed with the value.
struct UnnamedFile: ~Copyable {
  private let descriptor: FileDescriptor
  /// The name of the file in messages.
  private let path: String
  /// The hidden name, if the file needs one.
  private let hiddenPath: String?

  /// Linux's `O_TMPFILE`, a macro that Swift does not import: the same number on all architectures that Swift has, with
  /// the architecture's own bit for folders.
  private static let unnamed = 0o20_000_000 | O_DIRECTORY

  /// Makes an empty file in the folder of a target, with the target's permissions if it exists.
  ///
  /// - Parameter path: the name of the file in messages.
  init(inFolderOf target: String, for path: String) throws(FileError) {
    // The file gets its name by way of /proc, which a sandbox may lack.
    let canBeNamed = access("/proc/self/fd", X_OK) == 0
    var number = canBeNamed ? open(folder(of: target) + ".", O_WRONLY | O_CLOEXEC | Self.unnamed, 0o666) : -1
    var hiddenPath: String?
    if number < 0 {
      let hidden = hiddenName(beside: target)
      number = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard number >= 0 else { throw FileError("write", path, code: errno) }
      hiddenPath = hidden
    }
    // Nothing of the value exists where an error is thrown: Swift 6.2 would destroy what does not.
    self.path = path
    self.hiddenPath = hiddenPath
    descriptor = FileDescriptor(owning: number)
    var status = stat()
    if stat(target, &status) == 0 { descriptor.setPermissions(status.st_mode) }
  }

  deinit {
    // After the file has taken its name there is nothing left under this one.
    if let hiddenPath { unlink(hiddenPath) }
  }

  /// Writes the content.
  func fill(_ body: (FileWriter) throws(FileError) -> Void) throws(FileError) {
    guard let duplicate = descriptor.duplicate() else { throw FileError("write", path, code: errno) }
    try body(FileWriter(path: path, descriptor: duplicate))
  }

  /// Gives the file a name, in place of another file that may have it.
  func takeName(_ target: String) throws(FileError) {
    var source = hiddenPath
    if source == nil {
      // A name can be given to a file only where none is yet, so an older file is replaced by way of a second name.
      if descriptor.link(as: target) { return }
      guard errno == EEXIST else { throw FileError("write", path, code: errno) }
      let hidden = hiddenName(beside: target)
      guard descriptor.link(as: hidden) else { throw FileError("write", path, code: errno) }
      source = hidden
    }
    guard let source, rename(source, target) == 0 else {
      let error = FileError("write", path, code: errno)
      if let source { unlink(source) }
      throw error
    }
  }
}

/// A name that nobody has, in the folder of a file.
private func hiddenName(beside target: String) -> String {
  folder(of: target) + ".gelan-" + String(UInt64.random(in: 0...(.max)), radix: 36) + ".partial"
}
