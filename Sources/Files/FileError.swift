import Glibc

/// Why a file could not be read or written, in one sentence that names it.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  /// What failed and why, for example `cannot read 'model.yaml': No such file or directory`.
  package let description: String

  /// - Parameters:
  ///   - action: what was tried, as a verb: "read", "write".
  ///   - reason: why it failed, without full stop.
  package init(_ action: String, _ path: String, reason: String) {
    self.path = path
    description = "cannot \(action) \(quoted(path)): \(reason)"
  }

  /// - Parameter code: the `errno` of the failed call.
  package init(_ action: String, _ path: String, code: CInt) {
    self.init(action, path, reason: String(cString: strerror(code)))
  }
}
