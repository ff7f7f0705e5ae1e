import Glibc

/// A path without links and dots, where it exists; otherwise that of its folder.
package func realPath(_ path: String) -> String {
  if let resolved = realpath(path, nil) {
    defer { free(resolved) }
    return String(cString: resolved)
  }
  guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return path }
  return realPath(String(path[..<slash])) + path[slash...]
}

/// Makes a folder, and those above it, unless it is there.
package func makeFolder(_ path: String) throws(FileError) {
  var made = path.hasPrefix("/") ? "" : "."
  for part in path.split(separator: "/") {
    made += "/" + part
    if mkdir(made, 0o777) != 0, errno != EEXIST {
      throw FileError("make the folder", path, code: errno)
    }
  }
}

/// The folder part of a path with its final slash; empty for a plain name.
package func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "" }
  return String(path[...slash])
}

/// The folder that a path lies in.
package func parentFolder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path that is relative to a folder, relative to what the folder is relative to.
package func joinPath(_ folder: String, _ path: String) -> String {
  if path.hasPrefix("/") || folder == "." { return path }
  return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
}

/// A file's name without folders and extension.
package func stem(of path: String) -> String {
  let name = path.fileName
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
  return String(name[..<dot])
}

extension String {
  /// The last part of a path.
  package var fileName: String { split(separator: "/").last.map(String.init) ?? self }
}
