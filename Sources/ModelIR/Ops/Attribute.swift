/// What is written as a name and attributes: an operator, or what an output means.
package protocol Attributed: Sendable, Hashable {
  /// The name in text.
  static var name: String { get }

  /// A value whose attributes are still to be set, for reading text.
  init()

  /// The attributes in the order in which they are printed.
  static var attributes: [Attribute<Self>] { get }
}

extension Attributed {
  /// The attributes that differ from their defaults: `out=64 k=3`.
  var attributeText: String {
    Self.attributes.compactMap { attribute in attribute.text(self).map { "\(attribute.name)=\($0)" } }
      .joined(separator: " ")
  }

  /// Reads attributes from text; an error names the attribute that is not understood.
  init(attributes: [(name: String, text: String)]) throws(TextError) {
    self.init()
    for (name, text) in attributes {
      guard let attribute = Self.attributes.first(where: { $0.name == name }) else {
        throw TextError("'\(Self.name)' has no attribute '\(name)'")
      }
      guard attribute.set(&self, text) else {
        throw TextError("'\(text)' is not a value of '\(Self.name)'s attribute '\(name)'")
      }
    }
  }
}

/// One attribute of an operator or an output contract: its name in text and how it is got and set.
///
/// One row per attribute gives the printer, the reader and the plan file.
package struct Attribute<Owner: Attributed>: Sendable {
  package let name: String
  /// The attribute as text; `nil` if it has its default, which is not printed.
  package let text: @Sendable (Owner) -> String?
  /// Sets the attribute from text; false if the text is not one of its values.
  package let set: @Sendable (inout Owner, String) -> Bool

  private static func make<Value: Hashable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable,
    text: @escaping @Sendable (Value) -> String, value: @escaping @Sendable (String) -> Value?
  ) -> Attribute {
    Attribute(
      name: name,
      text: { owner in
        let current = owner[keyPath: path]
        return current == Owner()[keyPath: path] ? nil : text(current)
      },
      set: { owner, text in
        guard let value = value(text) else { return false }
        owner[keyPath: path] = value
        return true
      })
  }

  static func integer(_ name: String, _ path: WritableKeyPath<Owner, Int> & Sendable) -> Attribute {
    make(name, path, text: { String($0) }, value: { Int($0) })
  }

  static func flag(_ name: String, _ path: WritableKeyPath<Owner, Bool> & Sendable) -> Attribute {
    make(name, path, text: { $0 ? "true" : "false" }, value: { $0 == "true" ? true : $0 == "false" ? false : nil })
  }

  static func reals(_ name: String, _ path: WritableKeyPath<Owner, [Double]> & Sendable) -> Attribute {
    make(
      name, path, text: { "[" + $0.map { "\($0)" }.joined(separator: ",") + "]" },
      value: { text in
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let parts = text.dropFirst().dropLast().split(separator: ",")
        let numbers = parts.compactMap { Double($0) }
        return numbers.count == parts.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
      })
  }

  static func choice<Choice: RawRepresentable<String> & Hashable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Owner, Choice> & Sendable
  ) -> Attribute {
    make(name, path, text: { $0.rawValue }, value: { Choice(rawValue: $0) })
  }

  static func activation(_ name: String, _ path: WritableKeyPath<Owner, Activation> & Sendable) -> Attribute {
    make(name, path, text: { $0.description }, value: { Activation(text: $0) })
  }

  static func parameter(_ name: String, _ path: WritableKeyPath<Owner, ParameterExpression> & Sendable) -> Attribute {
    make(name, path, text: { $0.description }, value: { ParameterExpression(text: $0) })
  }

  static func optionalParameter(
    _ name: String, _ path: WritableKeyPath<Owner, ParameterExpression?> & Sendable
  ) -> Attribute {
    make(name, path, text: { $0?.description ?? "none" }, value: { ParameterExpression(text: $0) })
  }
}
