import Glibc

/// Writes a file so that it appears complete or not at all.
///
/// The bytes go to a file without a name in the destination's folder, reach the disk, and take the destination's name in
/// one step: whenever the process is interrupted or killed, nothing is left behind and an older file is as it was. (File
/// systems that know no files without names get a hidden `.gelan-….partial`, which only a killed process leaves.) An
/// existing file's permissions are kept and symbolic links are followed. Destinations that are no regular files, such as
/// `/dev/stdout` and pipes, are written directly.
///
/// - Parameter body: writes the content.
/// - Throws: what the body throws, or why the file could not be written.
package func writeFileAtomically(
  path: String, _ body: (FileWriter) throws(FileError) -> Void
) throws(FileError) {
  try checkPath(path, action: "write")
  if let writer = try openDirectDestination(path) {
    try body(writer)
    try writer.flush()
    return
  }
  let target = try followSymbolicLinks(path)
  let file = try UnnamedFile(inFolderOf: target, for: path)
  try file.fill { (writer) throws(FileError) in
    try body(writer)
    try writer.synchronize()
  }
  try file.takeName(target)
  makeNameDurable(target)
}

/// Writes bytes to a file that appears complete or not at all.
package func writeFileAtomically(path: String, bytes: [UInt8]) throws(FileError) {
  try writeFileAtomically(path: path) { (writer) throws(FileError) in try writer.write(bytes) }
}

/// Writes text in UTF-8 to a file that appears complete or not at all.
package func writeFileAtomically(path: String, text: String) throws(FileError) {
  try writeFileAtomically(path: path, bytes: Array(text.utf8))
}

/// Opens a destination that cannot be replaced: one of this process's own descriptors, a pipe, a device.
///
/// - Returns: nil for a regular file and for a name that does not exist yet.
private func openDirectDestination(_ path: String) throws(FileError) -> FileWriter? {
  if let descriptor = try FileDescriptor(duplicating: path) {
    // What the program has printed so far comes first.
    fflush(nil)
    return FileWriter(path: path, descriptor: descriptor)
  }
  var status = stat()
  guard stat(path, &status) == 0, !status.isRegularFile else { return nil }
  guard !status.isDirectory else { throw FileError("write", path, reason: "it is a directory") }
  let number = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
  guard number >= 0 else { throw FileError("write", path, code: errno) }
  return FileWriter(path: path, descriptor: FileDescriptor(owning: number))
}

/// The path that a chain of symbolic links ends at, whether or not something is there.
private func followSymbolicLinks(_ path: String) throws(FileError) -> String {
  var target = path
  for _ in 0..<40 {
    var status = stat()
    guard lstat(target, &status) == 0, status.isSymbolicLink else { return target }
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlink(target, $0, characters.count) } ?? 0
      }
    }
    guard count >= 0 else { throw FileError("write", path, code: errno) }
    let link = String(decoding: buffer[..<count], as: UTF8.self)
    target = link.hasPrefix("/") ? link : folder(of: target) + link
  }
  throw FileError("write", path, code: ELOOP)
}

/// Makes the new name survive a power failure. The file is complete either way, so a failure here is no error.
private func makeNameDurable(_ path: String) {
  let number = open(folder(of: path) + ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard number >= 0 else { return }
  _ = FileDescriptor(owning: number).synchronize()
}
