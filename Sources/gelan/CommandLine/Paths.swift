import Glibc

/// A path without links and dots, where it exists; otherwise that of its folder.
func realPath(_ path: String) -> String {
  if let resolved = realpath(path, nil) {
    defer { free(resolved) }
    return String(cString: resolved)
  }
  guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return path }
  return realPath(String(path[..<slash])) + path[slash...]
}

/// Makes a folder, and those above it, unless it is there.
func makeFolder(_ path: String) throws(CommandFailure) {
  var made = path.hasPrefix("/") ? "" : "."
  for part in path.split(separator: "/") {
    made += "/" + part
    if mkdir(made, 0o777) != 0, errno != EEXIST {
      throw .file("the folder '\(path)' cannot be made: \(String(cString: strerror(errno)))")
    }
  }
}

/// Refuses an output that would take the place of a file that is read.
///
/// - Parameter option: The option that names the output.
func refuse(_ option: String, _ output: String, toReplace inputs: [String]) throws(CommandFailure) {
  guard FileKind(output) != nil else { return }
  let target = realPath(output)
  if let input = inputs.first(where: { realPath($0) == target }) {
    throw .usage("\(option) \(output) would replace '\(input)', which is read")
  }
}

extension String {
  /// The last part of a path.
  var fileName: String { split(separator: "/").last.map(String.init) ?? self }
}
