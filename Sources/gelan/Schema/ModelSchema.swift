import Compiler
import JSON
import ModelIR
import ModelSyntax

/// A JSON Schema, draft 7, of models in the native dialect or of the files of blocks that they include, for editors that
/// complete and check YAML as it is typed.
///
/// Where a number is expected a text may stand too, since it may be an expression. What a schema cannot say, names and
/// shapes above all, `gelan check` says.
struct ModelSchema {
  /// What the schema is of.
  enum Subject {
    case model, blocks
  }

  let subject: Subject
  /// The blocks that rows may call.
  let signatures: [BlockSignature]
  /// Whether the blocks are those of one file, so that no others can be defined in it.
  let isComplete: Bool

  init(_ subject: Subject, signatures: [BlockSignature], isComplete: Bool) {
    self.subject = subject
    self.signatures = signatures
    self.isComplete = isComplete
  }

  var json: JSONValue {
    switch subject {
    case .model: modelSchema
    case .blocks: blockFileSchema
    }
  }

  private var modelSchema: JSONValue {
    var schema: JSONObject = [
      "$schema": "http://json-schema.org/draft-07/schema#", "title": "gelan model",
      "description": "A YOLOv9 or GELAN model in the native dialect of gelan.", "type": "object",
    ]
    schema["properties"] = .object(
      JSONObject(ModelKey.allCases.map { ($0.rawValue, Self.describe(value(of: $0), $0.summary)) }))
    schema["required"] = [.string(ModelKey.classes.rawValue)]
    schema["additionalProperties"] = false
    schema["anyOf"] = .array(Self.sections.map { ["required": [.string($0.rawValue)]] })
    let known = Self.sections(of: "section")
    if isComplete {
      schema["allOf"] = [known]
    } else {
      // A model that defines blocks may call blocks that this schema does not know.
      (schema["if"], schema["then"], schema["else"]) = (Self.definesBlocks, Self.sections(of: "openSection"), known)
    }
    schema["definitions"] = .object(definitions)
    return .object(schema)
  }

  private var blockFileSchema: JSONValue {
    let properties = BlockFileKey.allCases.map { key -> (String, JSONValue) in
      let value =
        switch key {
        case .include: Self.include
        case .blocks: Self.blocks
        }
      return (key.rawValue, Self.describe(value, key.summary))
    }
    return [
      "$schema": "http://json-schema.org/draft-07/schema#", "title": "gelan blocks",
      "description": "A file of blocks that models of gelan include.", "type": "object",
      "properties": .object(JSONObject(properties)), "additionalProperties": false, "minProperties": 1,
      "definitions": .object(definitions),
    ]
  }

  /// A schema with words about it; a reference alone would hide them.
  static func describe(_ schema: JSONValue, _ text: String) -> JSONValue {
    var object: JSONObject = schema["$ref"] == nil ? schema.objectValue ?? [:] : ["allOf": [schema]]
    object["description"] = .string(text)
    return .object(object)
  }

  static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/definitions/\(name)")] }

  /// A whole number in a range, or a text that may be an expression.
  static func number(_ range: ClosedRange<Int>) -> JSONValue {
    [
      "type": ["integer", "string"], "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
      "minLength": 1,
    ]
  }

  static func list(of schema: JSONValue, atLeast count: Int = 0) -> JSONValue {
    ["type": "array", "items": schema, "minItems": .integer(count)]
  }

  // MARK: Top level

  private static let sections: [ModelKey] = [.backbone, .neck, .auxiliary, .heads]

  private static let definesBlocks: JSONValue = [
    "anyOf": .array([ModelKey.blocks, .include].map { ["required": [.string($0.rawValue)]] })
  ]

  private static func sections(of definition: String) -> JSONValue {
    ["properties": .object(JSONObject(sections.map { ($0.rawValue, reference(definition)) }))]
  }

  private func value(of key: ModelKey) -> JSONValue {
    switch key {
    case .name: return Self.reference("word")
    case .classes: return ["anyOf": [Self.number(1...100_000), Self.list(of: Self.reference("word"), atLeast: 1)]]
    case .input:
      let side = Self.number(InputSize.sides)
      return ["anyOf": [side, ["type": "array", "items": side, "minItems": 2, "maxItems": 2]]]
    case .channels: return Self.number(1...4096)
    case .activation:
      let names = Activation.torchNames.map { JSONValue.string($0) }
      return ["anyOf": [["enum": .array(names)], ["type": "string", "minLength": 1]]]
    case .parameters: return Self.reference("bindings")
    case .include: return Self.include
    case .blocks: return Self.blocks
    case .backbone, .neck, .auxiliary, .heads: return ["type": ["object", "null"]]
    }
  }

  private static var include: JSONValue {
    let path: JSONValue = ["type": "string", "minLength": 1]
    return ["anyOf": [path, list(of: path)]]
  }

  private static var blocks: JSONValue { ["type": "object", "additionalProperties": reference("definition")] }

  // MARK: Definitions

  private var definitions: JSONObject {
    var all: JSONObject = [
      "word": ["type": ["string", "number", "boolean", "null"]],
      "value": [
        "description": "A number, a word, an expression, or a list of such values.",
        "type": ["number", "string", "boolean", "null", "array"], "items": Self.reference("value"),
      ],
      "name": ["pattern": .string(Self.namePattern)],
      "bindings": [
        "type": "object", "propertyNames": Self.reference("name"), "additionalProperties": Self.reference("value"),
      ],
    ]
    for (name, schema) in rowDefinitions + blockDefinitions { all[name] = schema }
    return all
  }

  private static let namePattern = "^[A-Za-z_][A-Za-z0-9_]*$"
}
