import JSON

/// The identifier of an image in annotations and results: COCO's number, or a name when files are not named by numbers.
///
/// Ordered as in the reference implementation: numbers by value, before names.
package enum ImageID: Sendable, Hashable, Comparable {
  case number(Int)
  case name(String)

  /// The identifier of an image that has only its file: the name without folder and extension.
  package init(file: String) {
    let name = file.split(separator: "/").last ?? ""
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    if stem.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(stem) {
      self = .number(number)
    } else {
      self = .name(String(stem))
    }
  }

  init?(_ value: JSONValue?) {
    switch value {
    case .integer(let number)?: self = .number(number)
    case .string(let name)?: self = .name(name)
    default: return nil
    }
  }

  package var json: JSONValue {
    switch self {
    case .number(let number): .integer(number)
    case .name(let name): .string(name)
    }
  }
}
