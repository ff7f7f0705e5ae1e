import Compiler
import JSON

extension ModelSchema {
  /// Sections, rows and entries, and what each block takes.
  var rowDefinitions: [(String, JSONValue)] {
    [
      ("section", Self.section(of: "row")), ("openSection", Self.section(of: "openRow")),
      ("row", row(block: Self.reference("block"), number: 1)), ("openRow", row(block: anyBlock, number: 1)),
      ("entry", row(block: isComplete ? Self.reference("block") : anyBlock, number: 0)),
      ("source", Self.source),
      ("block", ["oneOf": .array(signatures.map { ["const": .string($0.name), "description": .string($0.title)] })]),
      (
        "arguments",
        [
          "type": ["array", "object"], "items": Self.reference("value"),
          "additionalProperties": Self.reference("value"),
        ]
      ),
      ("calls", ["allOf": .array(signatures.map(Self.call))]),
    ] + signatures.map { ("arguments of \($0.name)", Self.arguments(of: $0)) }
  }

  /// A block of the list, which editors offer, or one that the model defines.
  private var anyBlock: JSONValue { ["anyOf": [Self.reference("block"), ["type": "string", "minLength": 1]]] }

  private static func section(of row: String) -> JSONValue {
    [
      "type": ["object", "null"], "additionalProperties": reference(row),
      "propertyNames": ["pattern": #"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"#],
    ]
  }

  /// `[from, number, block, arguments]`.
  private func row(block: JSONValue, number: Int) -> JSONValue {
    [
      "description": "[from, number, block, arguments]", "type": "array", "minItems": 4, "maxItems": 4,
      "items": [
        Self.describe(Self.reference("source"), "What the row reads: -1 is the row before, other rows go by name."),
        Self.describe(Self.number(number...1000), "How often the block is repeated."),
        Self.describe(block, "The block that the row is."),
        Self.describe(Self.reference("arguments"), "The block's arguments, by position or by name."),
      ],
      "additionalItems": false, "allOf": [Self.reference("calls")],
    ]
  }

  private static let source: JSONValue = [
    "anyOf": [
      ["const": -1, "description": "The row before."],
      ["type": "string", "minLength": 1, "description": "A row's name, 'images' for the picture, or an expression."],
      ["type": "array", "items": reference("source"), "minItems": 1, "description": "Several sources."],
    ]
  ]

  /// If a row names this block, its arguments are these.
  private static func call(of signature: BlockSignature) -> JSONValue {
    [
      "if": ["minItems": 4, "items": [[:], [:], ["const": .string(signature.name)]]],
      "then": ["items": [[:], [:], [:], reference("arguments of \(signature.name)".uriEscaped)]],
    ]
  }

  /// A list by position or a mapping by name.
  ///
  /// What the schema says of lists leaves mappings alone, and the other way round.
  private static func arguments(of signature: BlockSignature) -> JSONValue {
    let values = signature.parameters.map { describe(reference("value"), "\(signature.title)\n\n\($0.title)") }
    let required = signature.parameters.filter { $0.defaultText == nil }.map(\.name)
    var schema: JSONObject = [
      "description": .string(signature.title), "type": ["array", "object"],
      "minItems": .integer(signature.requiredCount), "maxItems": .integer(signature.parameters.count),
      "properties": .object(JSONObject(zip(signature.parameters.map(\.name), values))), "additionalProperties": false,
      "required": .array(required.map { .string($0) }),
    ]
    // Draft 7 has no empty list of items.
    if !values.isEmpty { schema["items"] = .array(values) }
    return .object(schema)
  }
}

extension BlockSignature {
  /// `Conv(c2, k = 1)`, and what it does.
  fileprivate var title: String {
    "\(name)(\(parameters.map(\.title).joined(separator: ", ")))" + (summary.isEmpty ? "" : "\n\n\(summary)")
  }
}

extension BlockSignature.Parameter {
  fileprivate var title: String { defaultText.map { "\(name) = \($0)" } ?? name }
}

extension String {
  /// The text as the fragment of a URI; of its characters only spaces need it.
  fileprivate var uriEscaped: String {
    split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
  }
}
