import Glibc

/// A text file that grows by whole lines, so that what is in it can be used at any time.
///
/// Each line is handed to the system at once. A program that is killed may leave the last one torn; opening the file
/// again to go on with it removes that piece. The file is locked: two programs never write to it at the same time.
package final class LineFile {
  private let path: String
  private let descriptor: FileDescriptor

  /// Opens a file for its first line, and empties it. One of this process's own descriptors, such as `/dev/stdout`, is
  /// written to where it stands.
  package convenience init(emptying path: String) throws(FileError) {
    if let descriptor = try FileDescriptor(duplicating: path) {
      self.init(path: path, descriptor)
      return
    }
    try self.init(locking: path)
    // Pipes and devices have nothing to cut off.
    guard descriptor.status()?.isRegularFile != true || descriptor.truncate(to: 0) else {
      throw FileError("write", path, code: errno)
    }
  }

  /// Opens a file to go on after its last whole line; a file that does not exist begins empty.
  ///
  /// - Parameters:
  ///   - start: what every line begins with, so that no other file loses its end.
  ///   - body: is given each line that is there, without its end; it may refuse one with a reason.
  package convenience init(
    continuing path: String, start: String, _ body: (_ line: [UInt8], _ number: Int) throws(FileError) -> Void
  ) throws(FileError) {
    try self.init(locking: path)
    guard descriptor.status()?.isRegularFile == true else {
      throw FileError("continue", path, reason: "it is not a regular file")
    }
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var (number, wholeBytes) = (0, 0)
    while true {
      let count = descriptor.read(into: &chunk)
      guard count >= 0 else { throw FileError("read", path, code: errno) }
      if count == 0 { break }
      for byte in chunk[..<count] {
        if byte != UInt8(ascii: "\n") {
          line.append(byte)
          continue
        }
        number += 1
        wholeBytes += line.count + 1
        try body(line, number)
        line.removeAll(keepingCapacity: true)
      }
      guard line.count <= Self.longestLine else { throw FileError("continue", path, reason: "it has no lines") }
    }
    guard zip(line, start.utf8).allSatisfy({ $0 == $1 }) else {
      throw FileError("continue", path, reason: "its last line is of another kind, and not complete")
    }
    guard descriptor.truncate(to: wholeBytes) else { throw FileError("write", path, code: errno) }
  }

  private init(path: String, _ descriptor: consuming FileDescriptor) {
    self.path = path
    self.descriptor = descriptor
  }

  private convenience init(locking path: String) throws(FileError) {
    self.init(path: path, try FileDescriptor(growing: path))
    guard descriptor.lock() else {
      throw FileError("write", path, reason: "another program is writing to it")
    }
  }

  private static let longestLine = 1 << 30

  /// Appends a text of whole lines.
  package func append(_ text: String) throws(FileError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { descriptor.write($0) }
      guard count > 0 else { throw FileError("write", path, code: count < 0 ? errno : EIO) }
      rest = rest.dropFirst(count)
    }
  }
}
