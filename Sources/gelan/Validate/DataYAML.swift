import Diagnostics
import Files
import ModelSyntax

/// An Ultralytics description of a data set: where its parts are, and what its classes are called.
///
/// Of its keys, `path`, `train`, `val`, `test` and `names` are read; others are other programs' business.
struct DataYAML {
  private let file: String
  private let keys: [String: YAMLNode]
  /// The classes in order; nothing when there are no names.
  let classNames: [String]?

  /// - Throws: After the faults of the file are printed.
  init(_ file: String) throws(CommandFailure) {
    let source = try readSource(file)
    self.file = file
    do throws(CompileFailure) {
      let root = try parseYAML(source)
      guard case .mapping(let entries) = root.kind else {
        throw CompileFailure(
          Diagnostic(.wrongKind, "a data set is a mapping, and this is \(root.description)", at: root.range))
      }
      var keys: [String: YAMLNode] = [:]
      for entry in entries { if let key = entry.key.text { keys[key] = entry.value } }
      self.keys = keys
      classNames = if let names = keys["names"] { try Self.readNames(names) } else { nil }
    } catch {
      Terminal.report(error.diagnostics)
      throw .input
    }
  }

  /// The folders and lists of a part, as paths from here.
  func pictures(of split: String) throws(CommandFailure) -> [String] {
    guard let node = keys[split] else {
      let others = ["train", "val", "test"].filter { keys[$0]?.isNull == false }
      let hint = others.isEmpty ? "" : "; it has \(others.joined(separator: ", ")): choose with --split"
      throw .message("\(file): there is no '\(split)' in this data set\(hint)")
    }
    let nodes = if case .sequence(let items) = node.kind { items } else { [node] }
    var paths: [String] = []
    for node in nodes {
      guard let text = node.text else {
        Terminal.report([
          Diagnostic(
            .wrongKind, "'\(split)' is a path or a list of paths, and this is \(node.description)", at: node.range)
        ])
        throw .input
      }
      paths.append(resolve(text))
    }
    return paths
  }

  /// Makes a path of the file one from here.
  ///
  /// `path` is relative to the file, or, as the official code has it, to where the program runs. Some tools write `../`
  /// before paths that are relative to the file's folder.
  private func resolve(_ text: String) -> String {
    let base = parentFolder(of: file)
    var roots = [base]
    if let path = keys["path"]?.text { roots = [joinPath(base, path), path] }
    let candidates = roots.flatMap { root in
      [text, text.hasPrefix("../") ? String(text.dropFirst(3)) : text].map { joinPath(root, $0) }
    }
    return candidates.first { FileKind($0) != nil } ?? candidates[0]
  }

  /// Names as a list, or as a mapping from numbers.
  private static func readNames(_ node: YAMLNode) throws(CompileFailure) -> [String] {
    let items: [(key: YAMLNode?, value: YAMLNode)]
    switch node.kind {
    case .sequence(let nodes): items = nodes.map { (nil, $0) }
    case .mapping(let entries): items = entries.map { ($0.key, $0.value) }
    case .faulty(let fault): throw CompileFailure(fault)
    case .scalar:
      throw CompileFailure(
        Diagnostic(.wrongKind, "'names' is a list or a mapping from numbers, and this is a scalar", at: node.range))
    }
    var names: [Int: String] = [:]
    for (index, item) in items.enumerated() {
      guard let name = item.value.text else {
        throw CompileFailure(
          Diagnostic(.wrongKind, "a class name is a word, and this is \(item.value.description)", at: item.value.range))
      }
      let number = if let key = item.key { key.text.flatMap { Int($0) } } else { index }
      guard let number, (0..<items.count).contains(number), names.updateValue(name, forKey: number) == nil else {
        throw CompileFailure(
          Diagnostic(
            .wrongKind, "classes are numbered 0 to \(items.count - 1), each once", at: item.key?.range ?? node.range))
      }
    }
    return items.indices.map { names[$0] ?? "" }
  }
}
