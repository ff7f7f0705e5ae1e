import ModelSyntax

/// The parameters of a block or primitive, for binding arguments and for messages.
struct Signature {
  let block: String
  let parameters: [(name: String, defaultText: String?)]

  init(_ block: BlockDeclaration) {
    self.block = block.name.value
    parameters = block.parameters.map { ($0.name.value, $0.defaultValue?.description) }
  }

  init(_ primitive: Primitive) {
    block = primitive.name
    parameters = primitive.parameters.map { ($0.name, $0.defaultValue?.description) }
  }

  /// Whether a parameter is true or false by default.
  func acceptsTruth(_ name: String) -> Bool {
    parameters.contains { $0.name == name && ["true", "false"].contains($0.defaultText) }
  }

  var names: [String] { parameters.map(\.name) }

  /// `Conv(c2, k = 1, s = 1)`.
  var description: String {
    let list = parameters.map { parameter in parameter.name + (parameter.defaultText.map { " = \($0)" } ?? "") }
    return "\(block)(\(list.joined(separator: ", ")))"
  }
}

extension BlockDeclaration {
  /// The block's name and parameters: `Conv(c2, k = 1, s = 1)`.
  package var signature: String { Signature(self).description }
}

/// The signatures of the primitives.
package let primitiveSignatures: [(name: String, text: String)] = primitives.map {
  ($0.name, Signature($0).description)
}
