import Glibc

/// What a path names, if anything.
package enum FileKind {
  case file
  case folder
  /// A pipe or a device: whoever names one means it, and in a folder nobody does.
  case other

  package init?(_ path: String, followsLinks: Bool = true) {
    var status = stat()
    guard !path.utf8.contains(0), (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    self =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: .folder
      case S_IFREG: .file
      default: .other
      }
  }
}
