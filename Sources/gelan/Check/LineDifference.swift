/// The lines in which two texts differ, in the unified form that people know from `diff -u`.
struct LineDifference {
  private let old: [Substring]
  private let new: [Substring]
  private static let context = 2

  init(from old: String, to new: String) {
    self.old = old.split(separator: "\n", omittingEmptySubsequences: false)
    self.new = new.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The hunks; nothing when the texts are equal.
  func text(name: String) -> String {
    let changes = new.difference(from: old)
    guard !changes.isEmpty else { return "" }
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in changes {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    // Walk both texts together; a line is kept, removed or inserted.
    var lines: [(mark: String, text: Substring, old: Int, new: Int)] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if removed.contains(i) {
        lines.append(("-", old[i], i, j))
        i += 1
      } else if inserted.contains(j) {
        lines.append(("+", new[j], i, j))
        j += 1
      } else {
        lines.append((" ", old[i], i, j))
        i += 1
        j += 1
      }
    }
    var result = ["--- \(name)", "+++ \(name) (fixed)"]
    var index = 0
    while let first = lines[index...].firstIndex(where: { $0.mark != " " }) {
      let start = max(index, first - Self.context)
      var end = first
      // A hunk goes on while the next change is near.
      while let next = lines[(end + 1)...].firstIndex(where: { $0.mark != " " }), next - end <= 2 * Self.context + 1 {
        end = next
      }
      let stop = min(lines.count, end + 1 + Self.context)
      let hunk = lines[start..<stop]
      let counts = (hunk.count { $0.mark != "+" }, hunk.count { $0.mark != "-" })
      result.append("@@ -\(lines[start].old + 1),\(counts.0) +\(lines[start].new + 1),\(counts.1) @@")
      result += hunk.map { $0.mark + $0.text }
      index = stop
      if index >= lines.count { break }
    }
    return result.joined(separator: "\n")
  }
}
