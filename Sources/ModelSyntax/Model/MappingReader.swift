import Diagnostics

/// Reads the known keys of a mapping and reports the others.
///
/// Faults are collected, so that one run shows every independent one: whoever made the reader takes them from it.
struct MappingReader {
  private var entries: [String: YAMLNode.Entry] = [:]
  /// The entries in order; one whose key was misspelt stands under the key that was meant.
  private(set) var ordered: [YAMLNode.Entry]
  let range: SourceRange
  var faults: [Diagnostic] = []
  private var repeated: Set<SourceRange> = []
  /// The keys that stand for misspelt ones.
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

  /// Reports every key that is not among `known`. A key that is one of them misspelt is read as that one.
  ///
  /// - Parameters:
  ///   - required: Keys that the mapping cannot be without: to misspell one is an error whatever the severity.
  ///   - synonyms: What others call a key.
  /// - Returns: the warnings, when that is the severity; such a key means nothing and is not read.
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

  /// Whether a key stood in the mapping before this entry, which was reported.
  func isRepeated(_ entry: YAMLNode.Entry) -> Bool { repeated.contains(entry.key.range) }

  /// Reports a key that is not there.
  mutating func require(_ key: String, else missing: Diagnostic) {
    if self[key] == nil { faults.append(missing) }
  }

  /// Reads a value with `read` when the key is there, and keeps the fault when it throws, unless the value may belong to
  /// another key than the misspelt one was taken for.
  mutating func read<Value>(_ key: String, _ read: (YAMLNode) throws(CompileFailure) -> Value) -> Value? {
    guard let node = self[key] else { return nil }
    var found: [Diagnostic] = []
    let value = found.attempt { () throws(CompileFailure) in try read(node) }
    if !guessed.contains(key) { faults += found }
    return value
  }

  /// Reads an expression when the key is there.
  mutating func readExpression(_ key: String) -> Expression? { self[key].map { faults.readExpression($0) } }
}

extension [Diagnostic] {
  /// The result of `body`, or nothing and its faults kept.
  mutating func attempt<Value>(_ body: () throws(CompileFailure) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      self += error.diagnostics
      return nil
    }
  }

  /// Reads an expression; what cannot be read of it is a fault, and of unknown value.
  mutating func readExpression(_ node: YAMLNode) -> Expression {
    if case .sequence(let items) = node.kind { return Expression(.list(readExpressions(items)), node.range) }
    let expression = attempt { () throws(CompileFailure) in try parseExpression(node) }
    return expression ?? Expression(.unreadable, node.range)
  }

  /// Reads the items of a list as expressions.
  mutating func readExpressions(_ items: [YAMLNode]) -> [Expression] {
    // One that a comma inside parentheses cut short goes on in the next items: one value, and one mistake.
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
  /// How many more parentheses are opened than closed.
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
