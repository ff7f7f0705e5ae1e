import Diagnostics

/// Reads the known keys of a mapping and reports the others.
///
/// Diagnostics are collected, so that one run shows every independent error; the creator of the reader takes them from
/// it.
struct MappingReader {
  private var entries: [String: YAMLNode.Entry] = [:]
  /// The entries in order; an entry whose key is misspelt is listed under the intended key.
  private(set) var ordered: [YAMLNode.Entry]
  let range: SourceRange
  var faults: [Diagnostic] = []
  private var repeated: Set<SourceRange> = []
  /// The keys that replaced misspelt ones.
  private var guessed: Set<String> = []

  /// - Throws: `wrong-kind` when the node is not a mapping.
  init(_ node: YAMLNode, of subject: String) throws(CompileFailure) {
    range = node.range
    guard case .mapping(let entries) = try node.readable().kind else {
      throw CompileFailure(
        Diagnostic(.wrongKind, "\(subject) is a mapping, and this is \(node.description)", at: node.range))
    }
    ordered = entries
    for entry in entries {
      guard case .scalar(let text, _) = entry.key.kind else { continue }
      if let first = self.entries[text] {
        repeated.insert(entry.key.range)
        faults.append(
          Diagnostic(
            .duplicateKey, "the key '\(text)' is written twice in one mapping", at: entry.key.range,
            label: "again here", secondary: [Diagnostic.Label(first.key.range, "first here")],
            notes: ["YAML readers that accept this keep only the last one, silently"]))
      } else {
        self.entries[text] = entry
      }
    }
  }

  /// Reports every key that is not among `known`. A misspelling of a known key is read as that key.
  ///
  /// - Parameters:
  ///   - required: Keys that the mapping must have; a misspelling of one is an error, whatever the severity.
  ///   - synonyms: Names that other programs use for a key.
  /// - Returns: The warnings, when that is the severity; such keys are not read.
  mutating func refuseKeys(
    except known: [String], required: [String] = [], synonyms: [String: String] = [:], in subject: String,
    severity: Diagnostic.Severity = .error
  ) -> [Diagnostic] {
    var warnings: [Diagnostic] = []
    for (index, entry) in ordered.enumerated() {
      let place = entry.key.range
      guard case .scalar(let text, _) = entry.key.kind else {
        _ = faults.attempt { () throws(CompileFailure) in try readWord(entry.key, "a key") }
        continue
      }
      guard !known.contains(text) else { continue }
      let missing = required.filter { entries[$0] == nil }
      let meant =
        synonyms[text] ?? suggestions(for: text, among: missing).first ?? suggestions(for: text, among: known).first
      let isError = severity == .error || meant.map { missing.contains($0) } ?? false
      var (help, fixIts) = correction(of: text, among: known, at: place)
      if let meant, synonyms[text] != nil || missing.contains(meant) {
        (help, fixIts) = ([], [Diagnostic.FixIt("did you mean '\(meant)'?", [Diagnostic.Edit(place, meant)])])
      }
      let found = Diagnostic(
        .unknownKey, severity: isError ? .error : severity, "\(subject) has no key '\(text)'", at: place,
        notes: help.isEmpty && fixIts.isEmpty ? ["its keys are \(known.joined(separator: ", "))"] : [], help: help,
        fixIts: fixIts)
      guard isError else {
        warnings.append(found)
        continue
      }
      faults.append(found)
      guard let meant else { continue }
      let key = YAMLNode(kind: .scalar(meant, isPlain: true), range: place, isVerbatim: false)
      ordered[index] = YAMLNode.Entry(key: key, value: entry.value)
      if entries[meant] == nil {
        entries[meant] = ordered[index]
        guessed.insert(meant)
      }
    }
    return warnings
  }

  subscript(key: String) -> YAMLNode? { entries[key]?.value }

  /// The keys as they are written.
  var keys: some Sequence<String> { entries.keys }

  /// Whether the key already occurred before this entry, which was reported.
  func isRepeated(_ entry: YAMLNode.Entry) -> Bool { repeated.contains(entry.key.range) }

  /// Reports a key that is missing.
  mutating func require(_ key: String, else missing: Diagnostic) {
    if self[key] == nil { faults.append(missing) }
  }

  /// Reads a value with `read` when the key is present. An error that `read` throws is kept, unless the value may
  /// belong to a key other than the one that a misspelt key was taken for.
  mutating func read<Value>(_ key: String, _ read: (YAMLNode) throws(CompileFailure) -> Value) -> Value? {
    guard let node = self[key] else { return nil }
    var found: [Diagnostic] = []
    let value = found.attempt { () throws(CompileFailure) in try read(node) }
    if !guessed.contains(key) { faults += found }
    return value
  }

  /// Reads an expression when the key is present.
  mutating func readExpression(_ key: String) -> Expression? { self[key].map { faults.readExpression($0) } }
}

extension [Diagnostic] {
  /// The result of `body`; `nil` when it throws, and its diagnostics are kept.
  mutating func attempt<Value>(_ body: () throws(CompileFailure) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      self += error.diagnostics
      return nil
    }
  }

  /// Reads an expression; a part that cannot be read is reported and becomes a faulty expression.
  mutating func readExpression(_ node: YAMLNode) -> Expression {
    if case .sequence(let items) = node.kind { return Expression(.list(readExpressions(items)), node.range) }
    let expression = attempt { () throws(CompileFailure) in try parseExpression(node) }
    return expression ?? Expression(.unreadable, node.range)
  }

  /// Reads the items of a list as expressions.
  mutating func readExpressions(_ items: [YAMLNode]) -> [Expression] {
    // An item that a comma inside parentheses cut short continues in the next items: it is one value, and one mistake.
    var depth = 0
    var expressions: [Expression] = []
    for item in items {
      let isContinued = depth > 0
      let faultCount = count
      if !isContinued { expressions.append(readExpression(item)) }
      if isContinued || count > faultCount { depth = Swift.max(0, depth + (item.text ?? "").parenthesisBalance) }
    }
    return expressions
  }
}

extension String {
  /// The number of parentheses that are opened but not closed.
  fileprivate var parenthesisBalance: Int {
    utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "(") ? 1 : $1 == UInt8(ascii: ")") ? -1 : 0) }
  }
}

/// Reads a scalar as a word.
func readWord(_ node: YAMLNode, _ subject: String) throws(CompileFailure) -> Spanned<String> {
  guard let text = try node.readable().text else {
    throw CompileFailure(
      Diagnostic(.wrongKind, "\(subject) is a word, and this is \(node.description)", at: node.range))
  }
  return Spanned(text, node.range)
}

/// The items of a list.
func readList(_ node: YAMLNode, _ subject: String) throws(CompileFailure) -> [YAMLNode] {
  guard case .sequence(let items) = try node.readable().kind else {
    throw CompileFailure(
      Diagnostic(.wrongKind, "\(subject) is a list, and this is \(node.description)", at: node.range))
  }
  return items
}
