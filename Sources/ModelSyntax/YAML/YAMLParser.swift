import CYAML
import Diagnostics

/// Parses one YAML document.
///
/// libyaml scans the text; its events are assembled into a tree with byte ranges. Anchors and aliases are supported. An
/// alias inside its own value, and aliases that expand the tree beyond `YAMLLimits`, are errors: in both cases a small
/// file has unbounded size. Unresolved aliases and duplicate keys are in the tree, for its reader to report.
///
/// - Throws: One `yaml-syntax`, `exploding-alias` or `too-deep` error, after which there is no tree.
package func parseYAML(_ source: SourceFile) throws(CompileFailure) -> YAMLNode {
  try source.bytes.withUnsafeBufferPointer { (bytes) throws(CompileFailure) -> YAMLNode in
    var parser = YAMLParser(source: source, bytes: bytes)
    defer { parser.finish() }
    return try parser.parseDocument()
  }
}

/// Limits on the size of a file and of the tree that it expands to.
package enum YAMLLimits {
  /// The depth of nested collections.
  static let depth = 64
  /// The number of nodes after aliases have been replaced.
  static let nodes = 200_000
  /// The size of a file in bytes.
  package static let bytes = 16 << 20
}

private struct YAMLParser {
  private let source: SourceFile
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private var anchors: [String: Anchor] = [:]
  private var nodeCount = 0
  /// The byte offset of each Unicode scalar; only for texts that are not plain ASCII, since libyaml's marks count
  /// scalars.
  private let scalarOffsets: [Int]?
  private let start: Int

  private struct Anchor {
    var node: YAMLNode?
    var size: Int
    var range: SourceRange
  }

  init(source: SourceFile, bytes: UnsafeBufferPointer<UInt8>) {
    self.source = source
    // Unless libyaml detects the encoding itself, it counts a byte order mark as one column of indentation.
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    self.start = start
    if bytes.contains(where: { $0 >= 0x80 }) {
      scalarOffsets = bytes.indices.filter { $0 >= start && bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
    } else {
      scalarOffsets = nil
    }
    parser = .allocate(capacity: 1)
    precondition(yaml_parser_initialize(parser) == 1, "libyaml cannot allocate a parser.")
    // Without this, a UTF-16 byte order mark would change the encoding, and with it the meaning of offsets.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress.map { $0 + start }, bytes.count - start)
  }

  mutating func finish() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  mutating func parseDocument() throws(CompileFailure) -> YAMLNode {
    while true {
      var event = try nextEvent()
      defer { yaml_event_delete(&event) }
      switch event.type {
      case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT:
        continue
      case YAML_STREAM_END_EVENT:
        throw syntaxError("the file is empty", at: source.range)
      default:
        let root = try node(from: event, depth: 0)
        try expectEnd()
        return root
      }
    }
  }

  private mutating func expectEnd() throws(CompileFailure) {
    while true {
      var event = try nextEvent()
      defer { yaml_event_delete(&event) }
      switch event.type {
      case YAML_STREAM_END_EVENT: return
      case YAML_DOCUMENT_START_EVENT:
        throw syntaxError("a model is one YAML document, and a second one starts here", at: range(event))
      default: continue
      }
    }
  }

  private mutating func node(from event: yaml_event_t, depth: Int) throws(CompileFailure) -> YAMLNode {
    guard depth < YAMLLimits.depth else {
      throw CompileFailure(
        Diagnostic(.tooDeep, "more than \(YAMLLimits.depth) collections are nested here", at: range(event)))
    }
    nodeCount += 1
    switch event.type {
    case YAML_ALIAS_EVENT:
      return try resolveAlias(event)
    case YAML_SCALAR_EVENT:
      let data = event.data.scalar
      try checkSize(at: range(event))
      let text = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
      let isPlain = data.style == YAML_PLAIN_SCALAR_STYLE
      let node = scalar(text, isPlain: isPlain, range: range(event))
      remember(data.anchor, node, size: 1)
      return node
    case YAML_SEQUENCE_START_EVENT:
      return try sequence(event, depth: depth)
    case YAML_MAPPING_START_EVENT:
      return try mapping(event, depth: depth)
    default:
      throw syntaxError("a value was expected here", at: range(event))
    }
  }

  private func scalar(_ text: String, isPlain: Bool, range: SourceRange) -> YAMLNode {
    // The quotes are not part of the text that expressions are parsed from, so the range is the one between them.
    if !isPlain, range.upper - range.lower == text.utf8.count + 2 {
      let inner = SourceRange(file: source, lower: range.lower + 1, upper: range.upper - 1)
      return YAMLNode(kind: .scalar(text, isPlain: false), range: inner, isVerbatim: inner.text == text)
    }
    return YAMLNode(kind: .scalar(text, isPlain: isPlain), range: range, isVerbatim: range.text == text)
  }

  private mutating func sequence(_ start: yaml_event_t, depth: Int) throws(CompileFailure) -> YAMLNode {
    let data = start.data.sequence_start
    let sizeBefore = nodeCount
    open(data.anchor, at: range(start))
    var items: [YAMLNode] = []
    while true {
      var event = try nextEvent()
      defer { yaml_event_delete(&event) }
      if event.type == YAML_SEQUENCE_END_EVENT {
        let whole = collectionRange(
          start, event, isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE, last: items.last?.range)
        let node = YAMLNode(kind: .sequence(items), range: whole, isVerbatim: false)
        remember(data.anchor, node, size: nodeCount - sizeBefore + 1)
        return node
      }
      items.append(try node(from: event, depth: depth + 1))
    }
  }

  private mutating func mapping(_ start: yaml_event_t, depth: Int) throws(CompileFailure) -> YAMLNode {
    let data = start.data.mapping_start
    let sizeBefore = nodeCount
    open(data.anchor, at: range(start))
    var entries: [YAMLNode.Entry] = []
    while true {
      var keyEvent = try nextEvent()
      defer { yaml_event_delete(&keyEvent) }
      if keyEvent.type == YAML_MAPPING_END_EVENT {
        let whole = collectionRange(
          start, keyEvent, isFlow: data.style == YAML_FLOW_MAPPING_STYLE, last: entries.last?.value.range)
        let node = YAMLNode(kind: .mapping(entries), range: whole, isVerbatim: false)
        remember(data.anchor, node, size: nodeCount - sizeBefore + 1)
        return node
      }
      let key = try node(from: keyEvent, depth: depth + 1)
      var valueEvent = try nextEvent()
      defer { yaml_event_delete(&valueEvent) }
      entries.append(YAMLNode.Entry(key: key, value: try node(from: valueEvent, depth: depth + 1)))
    }
  }

  // MARK: Anchors

  private mutating func open(_ anchor: UnsafeMutablePointer<yaml_char_t>?, at range: SourceRange) {
    guard let anchor else { return }
    anchors[String(cString: anchor)] = Anchor(node: nil, size: 0, range: range)
  }

  private mutating func remember(_ anchor: UnsafeMutablePointer<yaml_char_t>?, _ node: YAMLNode, size: Int) {
    guard let anchor else { return }
    anchors[String(cString: anchor)] = Anchor(node: node, size: size, range: node.range)
  }

  private mutating func resolveAlias(_ event: yaml_event_t) throws(CompileFailure) -> YAMLNode {
    let name = String(cString: event.data.alias.anchor)
    guard let anchor = anchors[name] else {
      return faulty(
        Diagnostic(
          .unknownName, "no anchor '&\(name)' precedes this alias", at: range(event),
          help: didYouMean(name, among: anchors.keys)))
    }
    guard let node = anchor.node else {
      return faulty(
        Diagnostic(
          .cyclicAlias, "the alias '*\(name)' is inside the value that it names", at: range(event),
          secondary: [Diagnostic.Label(anchor.range, "'&\(name)' begins here")]))
    }
    nodeCount += anchor.size
    try checkSize(at: range(event))
    // The range of the alias, not of the anchor, since the alias is what was written here.
    return YAMLNode(kind: node.kind, range: range(event), isVerbatim: false)
  }

  private func faulty(_ fault: Diagnostic) -> YAMLNode {
    YAMLNode(kind: .faulty(fault), range: fault.primary.range, isVerbatim: false)
  }

  private func checkSize(at range: SourceRange) throws(CompileFailure) {
    guard nodeCount > YAMLLimits.nodes else { return }
    throw CompileFailure(
      Diagnostic(
        .explodingAlias, "the file expands to more than \(YAMLLimits.nodes) values when its aliases are replaced",
        at: range))
  }

  // MARK: Events and source ranges

  private func nextEvent() throws(CompileFailure) -> yaml_event_t {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw libraryError() }
    return event
  }

  private func libraryError() -> CompileFailure {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "libyaml stopped without saying why"
    let offset =
      state.error == YAML_READER_ERROR
      ? min(start + Int(state.problem_offset), source.bytes.count) : byteOffset(of: state.problem_mark)
    var context: (text: String, offset: Int)?
    if state.error != YAML_READER_ERROR, let text = state.context,
      state.context_mark.index != state.problem_mark.index
    {
      context = (String(cString: text), byteOffset(of: state.context_mark))
    }
    return CompileFailure(YAMLSlip(source: source, problem: problem, offset: offset, context: context).diagnostic)
  }

  private func syntaxError(_ message: String, at range: SourceRange) -> CompileFailure {
    CompileFailure(Diagnostic(.yamlSyntax, message, at: range))
  }

  private func byteOffset(of mark: yaml_mark_t) -> Int {
    guard let scalarOffsets else { return min(start + Int(mark.index), source.bytes.count) }
    return scalarOffsets[min(Int(mark.index), scalarOffsets.count - 1)]
  }

  private func range(_ event: yaml_event_t) -> SourceRange {
    SourceRange(file: source, lower: byteOffset(of: event.start_mark), upper: byteOffset(of: event.end_mark))
  }

  /// libyaml ends a block collection at the next content, after blank lines and comments; this ends it at its last
  /// child.
  private func collectionRange(_ start: yaml_event_t, _ end: yaml_event_t, isFlow: Bool, last: SourceRange?)
    -> SourceRange
  {
    let lower = byteOffset(of: start.start_mark)
    if isFlow { return SourceRange(file: source, lower: lower, upper: byteOffset(of: end.end_mark)) }
    return SourceRange(file: source, lower: lower, upper: max(lower, last?.upper ?? lower))
  }
}
