import Glibc

/// Reads a whole file, pipe or device.
///
/// - Parameter limit: the greatest number of bytes that are accepted.
/// - Throws: when the file cannot be read, is a directory, or is larger than the limit.
package func readFile(path: String, limit: Int) throws(FileError) -> [UInt8] {
  let file = try FileDescriptor(reading: path, waits: true)
  guard let status = file.status() else { throw FileError("read", path, code: errno) }
  guard !status.isDirectory else { throw FileError("read", path, reason: "it is a directory") }
  let tooLarge = FileError("read", path, reason: "it is larger than \(limit) bytes")
  if status.isRegularFile, status.st_size > limit { throw tooLarge }

  // The size is only a hint: files under /proc claim to be empty, and a file can grow while it is read.
  var bytes: [UInt8] = []
  bytes.reserveCapacity(min(max(Int(status.st_size), 0), limit))
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = file.read(into: &chunk)
    guard count >= 0 else { throw FileError("read", path, code: errno) }
    if count == 0 { return bytes }
    guard count <= limit - bytes.count else { throw tooLarge }
    bytes.append(contentsOf: chunk[..<count])
  }
}
