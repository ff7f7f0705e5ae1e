import Diagnostics

/// Anchors and aliases as they were written. The tree itself has the values that they refer to.
extension YAMLNode {
  /// Whether a list or a mapping is written as an alias, `*name`.
  var isAlias: Bool {
    switch kind {
    case .scalar: return false
    case .sequence, .mapping, .faulty: break
    }
    let text = file.bytes[range.lower..<range.upper]
    return text.first == UInt8(ascii: "*") && text.dropFirst().allSatisfy(\.isAnchorPart)
  }

  /// The `&name` before a list or a mapping in brackets, on the same line.
  var anchorRange: SourceRange? {
    let bracket: UInt8
    switch kind {
    case .scalar, .faulty: return nil
    case .sequence: bracket = UInt8(ascii: "[")
    case .mapping: bracket = UInt8(ascii: "{")
    }
    let text = file.bytes[range.lower..<range.upper]
    guard text.first == UInt8(ascii: "&") else { return nil }
    let name = text.dropFirst().prefix { $0.isAnchorPart }
    let rest = text[name.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
    guard !name.isEmpty, rest.startIndex > name.endIndex, rest.first == bracket else { return nil }
    return SourceRange(file: file, lower: range.lower, upper: name.endIndex)
  }

  /// The `&name ` that precedes the node in the formatted text.
  var anchorText: String { anchorRange.map { "\($0.text) " } ?? "" }

  /// Whether the node or a descendant is an anchor or an alias, so that nothing may be reordered.
  var hasReferences: Bool {
    switch kind {
    case .scalar: isScalarReference
    case .faulty: true
    case .sequence(let items): isAlias || anchorRange != nil || items.contains(where: \.hasReferences)
    case .mapping(let entries):
      isAlias || anchorRange != nil || entries.contains { $0.key.hasReferences || $0.value.hasReferences }
    }
  }

  /// Whether a scalar is an alias or has an anchor. The range of a quoted scalar begins after the quote.
  private var isScalarReference: Bool {
    guard range.lower < range.upper else { return false }
    let isInQuotes = range.lower > 0 && "'\"".utf8.contains(file.bytes[range.lower - 1])
    return !isInQuotes && "&*".utf8.contains(file.bytes[range.lower])
  }

  private var file: SourceFile { range.file }
}

extension UInt8 {
  /// The characters that libyaml allows in the name of an anchor.
  fileprivate var isAnchorPart: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
      || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
  }
}
