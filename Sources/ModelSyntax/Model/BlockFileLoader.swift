import Diagnostics

/// Reads the files that `include:` names. This module does no file access itself; the caller supplies the function.
package struct BlockFileLoader: Sendable {
  /// The reason why a file cannot be read, as one sentence that names it.
  package struct Refusal: Error, Sendable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
  }

  /// Reads the file at a path, which is relative to the same folder as the model's own path.
  package let load: @Sendable (String) throws(Refusal) -> SourceFile

  package init(_ load: @escaping @Sendable (String) throws(Refusal) -> SourceFile) {
    self.load = load
  }

  /// A loader for texts that do not come from a file and therefore cannot include any.
  package static let none = BlockFileLoader { (_) throws(Refusal) in
    throw Refusal("a model that is not read from a file cannot include any")
  }
}

/// The path of a file that `includer` includes as `path`: relative to the includer's folder, with `.` and `..` resolved
/// as far as the text allows.
///
///     includedPath("../blocks.yaml", from: "models/small/m.yaml")  →  "models/blocks.yaml"
func includedPath(_ path: String, from includer: String) -> String {
  let folder = includer.lastIndex(of: "/").map { String(includer[...$0]) } ?? ""
  let joined = path.hasPrefix("/") ? path : folder + path
  var parts: [Substring] = []
  for part in joined.split(separator: "/") where part != "." {
    if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
  }
  return (joined.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}
