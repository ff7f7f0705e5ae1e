import Diagnostics

/// What an edit did to the faults of a file.
struct FaultChange {
  /// Those that were not there before.
  let new: [Diagnostic]
  /// Those that are not there any more.
  let mended: [Diagnostic]
  /// Those that the next edit is compared with: also those that cannot be looked for until the file can be read.
  let known: [Diagnostic]
  /// What to say of the change, besides the new faults themselves.
  let lines: [String]

  /// - Parameter before: nothing when the file is looked at for the first time.
  init(from before: [Diagnostic]?, to found: [Diagnostic]) {
    new = found.without(before ?? [])
    let gone = (before ?? []).without(found)
    let isUnread = found.contains { $0.code == .yamlSyntax }
    mended = isUnread ? gone.filter { $0.code == .yamlSyntax } : gone
    known = isUnread ? found + gone.without(mended) : found
    var lines = mended.map { "mended: \($0.severity.rawValue)[\($0.code.rawValue)]: \($0.message)" }
    if found.isEmpty {
      lines.append("no faults")
    } else if before != nil {
      lines.append("\(new.count) new, \(mended.count) mended, \(found.count - new.count) as before")
    }
    self.lines = lines
  }
}

extension [Diagnostic] {
  /// The faults without counterparts in `others`. Of several that are alike, each needs one of its own.
  fileprivate func without(_ others: [Diagnostic]) -> [Diagnostic] {
    var counts = Dictionary(others.map { ($0.identity, 1) }, uniquingKeysWith: +)
    return filter { diagnostic in
      guard let count = counts[diagnostic.identity], count > 0 else { return true }
      counts[diagnostic.identity] = count - 1
      return false
    }
  }
}

extension Diagnostic {
  /// What makes a fault the same one after an edit elsewhere: its code, its words and the text it points at, not its line.
  fileprivate var identity: String { "\(code.rawValue)\n\(message)\n\(primary.range.text)" }
}
