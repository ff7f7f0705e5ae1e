/// How one operator is read from text.
struct OpReader: Sendable {
  let name: String
  /// Makes the operator of attributes given as text; an error names the attribute that is not understood.
  let read: @Sendable ([(name: String, text: String)]) throws(TextError) -> Op

  init<Operation: Operator>(_ wrap: @escaping @Sendable (Operation) -> Op) {
    name = Operation.name
    read = { (attributes) throws(TextError) -> Op in wrap(try Operation(attributes: attributes)) }
  }
}

/// A graph or plan that cannot be read back.
package struct TextError: Error, Sendable, Hashable {
  package var message: String
  /// The line that it is about, counted from 1.
  package var line: Int?

  package init(_ message: String, line: Int? = nil) {
    self.message = message
    self.line = line
  }
}

extension Op {
  /// The operator's name and the attributes that differ from their defaults: `conv2d` and `out=64 k=3 …`.
  package var name: String { type(of: semantics).name }

  package var attributeText: String { semantics.attributeText }

  /// Reads an operator's name and attributes.
  static func read(name: String, attributes: Substring) throws(TextError) -> Op {
    guard let reader = readers.first(where: { $0.name == name }) else {
      throw TextError("there is no operator '\(name)'")
    }
    return try reader.read(try splitAttributes(attributes))
  }
}

/// Splits `a=1 w=scaled(x, y, 1)` at the spaces outside parentheses.
func splitAttributes(_ text: Substring) throws(TextError) -> [(name: String, text: String)] {
  var pieces: [Substring] = []
  var depth = 0
  var start = text.startIndex
  for index in text.indices {
    switch text[index] {
    case "(": depth += 1
    case ")": depth -= 1
    case " " where depth == 0:
      if start < index { pieces.append(text[start..<index]) }
      start = text.index(after: index)
    default: break
    }
  }
  if start < text.endIndex { pieces.append(text[start...]) }
  var attributes: [(name: String, text: String)] = []
  for piece in pieces {
    guard let equal = piece.firstIndex(of: "=") else { throw TextError("'\(piece)' is not an attribute") }
    attributes.append((String(piece[..<equal]), String(piece[piece.index(after: equal)...])))
  }
  return attributes
}
