import Foundation
import Testing

/// A file with one line that describes it, the text before, a line `--->`, and the text after.
struct GoldenFile {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

  let url: URL
  let header: String
  let before: String
  let after: String

  init(_ url: URL) throws {
    self.url = url
    let text = try String(contentsOf: url, encoding: .utf8)
    let parts = text.components(separatedBy: "\n--->\n")
    let firstLine = try #require(parts[0].firstIndex(of: "\n"), "\(url.path) has no text")
    header = String(parts[0][..<firstLine])
    before = String(parts[0][parts[0].index(after: firstLine)...]) + "\n"
    after = parts.count > 1 ? parts[1] : ""
    #expect(
      header.hasPrefix("# ") && header.hasSuffix("."), "the first line of \(url.lastPathComponent) says what it shows")
  }

  /// Compares with the text after. With UPDATE_GOLDENS=1 in the environment it rewrites the file, and still fails.
  func expect(_ found: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    if found == after { return }
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
      try (header + "\n" + before + "--->\n" + found).write(to: url, atomically: true, encoding: .utf8)
      Issue.record("rewrote \(url.lastPathComponent); look at the difference", sourceLocation: sourceLocation)
    } else {
      Issue.record("\(url.path):\n\(difference(found))", sourceLocation: sourceLocation)
    }
  }

  /// The differing lines, with - for those of the file and + for the actual ones.
  private func difference(_ found: String) -> String {
    let wanted = after.components(separatedBy: "\n")
    let lines = found.components(separatedBy: "\n")
    return lines.difference(from: wanted).map { change in
      switch change {
      case .remove(let line, let text, _): (line, "- \(text)")
      case .insert(let line, let text, _): (line, "+ \(text)")
      }
    }.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: "\n")
  }

  /// The files with an extension below a folder of `Golden`, by path.
  static func urls(_ folder: String, extension: String) -> [URL] {
    let root = Self.folder.appendingPathComponent(folder)
    let all = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    return all.filter { $0.pathExtension == `extension` }.sorted { $0.path < $1.path }
  }
}
