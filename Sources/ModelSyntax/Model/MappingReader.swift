import Diagnostics

/// Reads the known keys of a mapping and reports the others.
///
/// Errors are collected, so that one run shows every independent fault; `finish` throws them together.
struct MappingReader {
  private(set) var entries: [String: YAMLNode.Entry] = [:]
  private(set) var ordered: [YAMLNode.Entry] = []
  let range: SourceRange
  var errors: [Diagnostic] = []
  /// Errors that leave the rest of the file meaningful.
  var faults: [Diagnostic] = []

  /// - Throws: `wrong-kind` when the node is not a mapping.
  init(_ node: YAMLNode, of subject: String) throws(CompileFailure) {
    range = node.range
    guard case .mapping(let entries) = node.kind else {
      throw CompileFailure(
        Diagnostic(.wrongKind, "\(subject) is a mapping, and this is \(node.description)", at: node.range))
    }
    ordered = entries
    for entry in entries {
      if case .scalar(let text, _) = entry.key.kind {
        self.entries[text] = entry
      } else {
        errors.append(
          Diagnostic(.wrongKind, "a key is a word, and this is \(entry.key.description)", at: entry.key.range))
      }
    }
  }

  /// Reports every key that is not among `known`.
  mutating func refuseKeys(except known: [String], in subject: String, severity: Diagnostic.Severity = .error)
    -> [Diagnostic]
  {
    var found: [Diagnostic] = []
    for entry in ordered {
      guard case .scalar(let text, _) = entry.key.kind, !known.contains(text) else { continue }
      let (help, fixIts) = correction(of: text, among: known, at: entry.key.range)
      found.append(
        Diagnostic(
          .unknownKey, severity: severity, "\(subject) has no key '\(text)'", at: entry.key.range,
          notes: help.isEmpty && fixIts.isEmpty ? ["its keys are \(known.joined(separator: ", "))"] : [], help: help,
          fixIts: fixIts))
    }
    if severity == .error { errors += found }
    return found
  }

  subscript(key: String) -> YAMLNode? { entries[key]?.value }

  /// Reports a key that is not there; by the misspelt key that was meant for it, when there is one.
  ///
  /// - Parameter others: What other dialects call the same thing.
  mutating func require(_ key: String, others: [String] = [], in subject: String, else missing: Diagnostic) {
    guard self[key] == nil else { return }
    let misspelt = ordered.first { entry in
      guard case .scalar(let text, _) = entry.key.kind else { return false }
      return others.contains(text) || !suggestions(for: text, among: [key]).isEmpty
    }
    guard let misspelt else {
      errors.append(missing)
      return
    }
    let range = misspelt.key.range
    errors.removeAll { $0.code == .unknownKey && $0.primary.range == range }
    faults.removeAll { $0.code == .unknownKey && $0.primary.range == range }
    errors.append(
      Diagnostic(
        .unknownKey, "\(subject) has no key '\(range.text)'", at: range,
        fixIts: [Diagnostic.FixIt("did you mean '\(key)'?", [Diagnostic.Edit(range, key)])]))
  }

  /// Reads a value with `read` when the key is there, and keeps the error when it throws.
  mutating func read<Value>(_ key: String, _ read: (YAMLNode) throws(CompileFailure) -> Value) -> Value? {
    guard let node = self[key] else { return nil }
    return attempt { () throws(CompileFailure) in try read(node) }
  }

  /// The result of `body`, or nothing and its errors kept.
  mutating func attempt<Value>(_ body: () throws(CompileFailure) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      errors += error.diagnostics
      return nil
    }
  }

  /// Reads a row; one that cannot be read is a fault, and nothing.
  mutating func attemptRow(_ body: () throws(CompileFailure) -> LayerDeclaration) -> LayerDeclaration? {
    do {
      return try body()
    } catch {
      faults += error.diagnostics
      return nil
    }
  }

  /// Throws the errors, and with them the faults that were found beside them.
  func finish() throws(CompileFailure) {
    if !errors.isEmpty { throw CompileFailure(errors + faults) }
  }
}

/// Reads a scalar as a word.
func readWord(_ node: YAMLNode, _ subject: String) throws(CompileFailure) -> Spanned<String> {
  guard let text = node.text else {
    throw CompileFailure(
      Diagnostic(.wrongKind, "\(subject) is a word, and this is \(node.description)", at: node.range))
  }
  return Spanned(text, node.range)
}

/// The items of a list.
func readList(_ node: YAMLNode, _ subject: String) throws(CompileFailure) -> [YAMLNode] {
  guard case .sequence(let items) = node.kind else {
    throw CompileFailure(
      Diagnostic(.wrongKind, "\(subject) is a list, and this is \(node.description)", at: node.range))
  }
  return items
}
