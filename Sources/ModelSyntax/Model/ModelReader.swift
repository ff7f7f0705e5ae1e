import Diagnostics

/// Reads a model of any dialect; `modelDialect(of:)` determines which one it is.
///
/// - Parameters:
///   - library: The blocks that rows may call; the list dialect treats some of them specially.
///   - classCount: The number of classes to build for, in place of the file's.
///   - loader: Reads the files that the model includes.
/// - Returns: The model with its errors of form, so that what does not depend on them can be checked too.
/// - Throws: `CompileFailure` when the file is no model.
package func readModel(
  _ yaml: YAMLNode, library: BlockLibrary, classCount: Int? = nil, loader: BlockFileLoader = .none
) throws(CompileFailure) -> Checked<ModelDeclaration> {
  let reader = try MappingReader(yaml, of: "a model")
  let classes = classCount.map { count in
    let range = (reader["classes"] ?? reader["nc"])?.range ?? yaml.range
    return Spanned(ModelDeclaration.Classes.count(Expression(.integer(count), range)), range)
  }
  if isBlockFile(yaml) {
    throw CompileFailure(
      Diagnostic(
        .unknownDialect, "this is a file of blocks, not a model", at: reader.ordered[0].key.range,
        help: ["write include: and this file's name in a model that uses them"]))
  }
  switch modelDialect(of: reader) {
  case .list?: return try readListModel(yaml, library: library, classes: classes)
  case .ultralytics?: return try readUltralyticsModel(yaml, library: library, classes: classes)
  case .mit?: return try readMITModel(yaml, classes: classes)
  case .native?: return Checked(try readNativeModel(yaml, classes: classes, loader: loader))
  case nil: break
  }
  throw CompileFailure(
    Diagnostic(
      .unknownDialect, "this is not a model: it has neither sections of rows nor a 'head'",
      at: reader.ordered.first?.key.range ?? yaml.range,
      notes: [
        "the native dialect has 'backbone', 'neck', 'auxiliary' and 'heads' as mappings of named rows",
        "the official list dialect and Ultralytics' have 'backbone' and 'head' as lists of rows",
        "the dialect of the MIT-licensed YOLO has 'model', with sections of layers",
      ]))
}

/// The name of a model whose file does not state one: the file's name without folders and extension.
func defaultModelName(of source: SourceFile) -> String {
  let base = source.name.split(separator: "/").last ?? "model"
  return String(base.split(separator: ".").first ?? "model")
}

/// Reads the class count or the class names, when the key is present.
func readClasses(_ reader: inout MappingReader, _ key: String) -> Spanned<ModelDeclaration.Classes>? {
  guard let node = reader[key] else { return nil }
  if case .mapping(let entries) = node.kind {
    let names = entries.compactMap(\.value.text)
    reader.faults.append(
      Diagnostic(
        .wrongKind, "classes are a number or a list of names, and this is a mapping", at: node.range,
        help: names.count == entries.count && (1...8).contains(names.count)
          ? ["write \(key): [\(names.joined(separator: ", "))]"] : []))
    return .unreadable(node.range)
  }
  guard case .sequence(let items) = node.kind else {
    return Spanned(.count(reader.faults.readExpression(node)), node.range)
  }
  let names = reader.faults.attempt { () throws(CompileFailure) -> [Spanned<String>] in
    guard !items.isEmpty else {
      throw CompileFailure(Diagnostic(.wrongKind, "a model has at least one class", at: node.range))
    }
    var names: [Spanned<String>] = []
    for item in items { names.append(try readWord(item, "a class's name")) }
    return names
  }
  return names.map { Spanned(.names($0), node.range) } ?? .unreadable(node.range)
}

extension Spanned<ModelDeclaration.Classes> {
  /// An unknown number of classes, after a reported error.
  static func unreadable(_ range: SourceRange) -> Self { Spanned(.count(Expression(.unreadable, range)), range) }
}

/// The class names that YAML 1.1 readers take for a truth value, a number or null.
func ambiguousClassNames(_ node: YAMLNode?) -> [Spanned<String>] {
  guard case .sequence(let items)? = node?.kind else { return [] }
  let truths: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false"]
  return items.compactMap { item in
    guard case .scalar(let text, isPlain: true) = item.kind else { return nil }
    let isOther = truths.contains(text.lowercased()) || Double(text) != nil
    return isOther ? Spanned(text, item.range) : nil
  }
}
