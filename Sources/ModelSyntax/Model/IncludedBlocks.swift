import Diagnostics

/// Whether a file is a file of blocks for models to include, and not a model.
package func isBlockFile(_ yaml: YAMLNode) -> Bool {
  guard case .mapping(let entries) = yaml.kind, !entries.isEmpty else { return false }
  return entries.allSatisfy { entry in BlockFileKey.allCases.contains { $0.rawValue == entry.key.text } }
}

/// Reads a file of blocks and the files that it includes: all their blocks, in the order in which later definitions
/// replace earlier ones of the same name.
///
/// - Throws: every independent error in the form of the files.
package func readBlockFile(
  _ yaml: YAMLNode, loader: BlockFileLoader = .none
) throws(CompileFailure) -> [BlockDeclaration] {
  var included = IncludedBlocks(of: yaml.range.file, loader: loader)
  var faults: [Diagnostic] = []
  _ = included.readFile(yaml, &faults)
  faults += included.faults
  if !faults.isEmpty { throw CompileFailure(faults) }
  return included.blocks
}

/// Collects the blocks of the files that `include:` names, and of those that they include in turn.
///
/// Later blocks replace earlier ones of the same name: those of an included file come before those of the file that
/// includes it. A file that is included several times is read once.
struct IncludedBlocks {
  /// Limits: on the depth of includes, on the number of included files, and on their total size in bytes.
  /// have this many bytes together at most.
  private static let deepest = 16
  private static let most = 64
  private static let mostBytes = YAMLLimits.bytes

  private(set) var blocks: [BlockDeclaration] = []
  private(set) var faults: [Diagnostic] = []
  /// Whether a file, or the blocks of a file, could not be read, so that some blocks are unknown.
  private(set) var isIncomplete = false

  private let loader: BlockFileLoader
  private var seen: Set<String> = []
  private var byteCount = 0
  /// The files that are being read, the model first, each with the text of its include.
  private var chain: [(path: String, include: SourceRange?)]

  init(of model: SourceFile, loader: BlockFileLoader) {
    self.loader = loader
    chain = [(includedPath(model.name.baseName, from: model.name), nil)]
  }

  /// Reads the files that an `include:` names: one path, or a list of paths, relative to the including file.
  mutating func include(_ node: YAMLNode) {
    let items: [YAMLNode] = if case .sequence(let items) = node.kind { items } else { [node] }
    for item in items {
      do throws(CompileFailure) {
        try includeFile(try readWord(item, "a file to include"))
      } catch {
        faults += error.diagnostics
        isIncomplete = true
      }
    }
  }

  private mutating func includeFile(_ written: Spanned<String>) throws(CompileFailure) {
    let path = includedPath(written.value, from: written.range.file.name)
    if let start = chain.firstIndex(where: { $0.path == path }) {
      throw cycle(from: start, to: path, at: written.range)
    }
    guard !seen.contains(path) else { return }
    guard chain.count <= Self.deepest, seen.count < Self.most else {
      let limit =
        seen.count < Self.most ? "\(Self.deepest) files that include each other" : "\(Self.most) included files"
      throw CompileFailure(Diagnostic(.tooDeep, "there are more than \(limit)", at: written.range))
    }
    seen.insert(path)
    let source: SourceFile
    do throws(BlockFileLoader.Refusal) {
      source = try loader.load(path)
    } catch {
      throw CompileFailure(
        Diagnostic(
          .unreadableInclude, error.reason, at: written.range,
          notes: ["a path is relative to the file that includes it"]))
    }
    byteCount += source.bytes.count
    guard byteCount <= Self.mostBytes else {
      throw CompileFailure(
        Diagnostic(.tooLarge, "the included files have more than \(Self.mostBytes) bytes together", at: written.range))
    }
    chain.append((path, written.range))
    defer { chain.removeLast() }
    var found: [Diagnostic] = []
    if found.attempt({ () throws(CompileFailure) in try parseYAML(source) }).map({ readFile($0, &found) }) != true {
      isIncomplete = true
    }
    let place = "included from \(written.range.file.name):\(written.range.startLine):\(written.range.startColumn)"
    faults += found.map { diagnostic in
      var located = diagnostic
      if located.primary.range.file === source { located.notes.append(place) }
      return located
    }
  }

  /// Reads a file of blocks, `blocks:` and optionally `include:`; returns whether its blocks are known.
  fileprivate mutating func readFile(_ yaml: YAMLNode, _ found: inout [Diagnostic]) -> Bool {
    let reader = found.attempt { () throws(CompileFailure) in try MappingReader(yaml, of: "a file of blocks") }
    guard var reader else { return false }
    if let section = reader.ordered.first(where: { Section(rawValue: $0.key.text ?? "") != nil }) {
      found.append(
        Diagnostic(
          .unknownKey, "a file of blocks has no key '\(section.key.text ?? "")': this is a model",
          at: section.key.range,
          help: ["move its blocks to a file of their own, and include that in both"]))
      return false
    }
    _ = reader.refuseKeys(except: BlockFileKey.allCases.map(\.rawValue), in: "a file of blocks")
    if let included = reader["include"] { include(included) }
    found += reader.faults
    if let node = reader["blocks"] {
      guard let read = readBlocks(node, &found) else { return false }
      blocks += read
      return true
    }
    if reader["include"] == nil, found.isEmpty {
      found.append(
        Diagnostic(
          .missingKey, "this file has no blocks", at: yaml.range,
          help: ["write blocks: and below it a mapping of blocks"]))
    }
    return found.isEmpty
  }

  private func cycle(from start: Int, to path: String, at range: SourceRange) -> CompileFailure {
    let names = chain[start...].map(\.path) + [path]
    return CompileFailure(
      Diagnostic(
        .cyclicInclude, "the file '\(path)' includes itself", at: range,
        secondary: chain.dropFirst(start + 1).compactMap { link in
          link.include.map { Diagnostic.Label($0, "'\(link.path)' is included here") }
        },
        notes: names.count > 2 ? ["the chain is \(names.joined(separator: " → "))"] : []))
  }
}

extension String {
  /// The part after the last slash.
  fileprivate var baseName: String { lastIndex(of: "/").map { String(self[index(after: $0)...]) } ?? self }
}
