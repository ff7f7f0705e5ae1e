import Diagnostics

/// How `include:` gets at files. This module reads none itself; whoever may read files supplies the function.
package struct BlockFileLoader: Sendable {
  /// Why a file cannot be read, in one sentence that names it.
  package struct Refusal: Error, Sendable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
  }

  /// The file at a path. The path is already relative to where the model's own path is relative to.
  package let load: @Sendable (String) throws(Refusal) -> SourceFile

  package init(_ load: @escaping @Sendable (String) throws(Refusal) -> SourceFile) {
    self.load = load
  }

  /// For texts that come from nowhere: there is nothing beside them to include.
  package static let none = BlockFileLoader { (_) throws(Refusal) in
    throw Refusal("a model that is not read from a file cannot include any")
  }
}

/// The path of a file that `includer` calls `path`: beside it, with `.` and `..` worked out as far as the text tells.
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
