import JSON
import ModelSyntax

extension ModelSchema {
  /// The definition of a block under `blocks:`.
  var blockDefinitions: [(String, JSONValue)] {
    let properties = BlockKey.allCases.map { ($0.rawValue, Self.describe(Self.value(of: $0), $0.summary)) }
    let definition: JSONValue = [
      "type": "object", "properties": .object(JSONObject(properties)), "additionalProperties": false,
      "required": [.string(BlockKey.body.rawValue)],
    ]
    return [("definition", definition), ("listDialect", Self.listDialect)]
  }

  private static func value(of key: BlockKey) -> JSONValue {
    switch key {
    case .summary: reference("word")
    case .parameters, .bindings: reference("bindings")
    case .body:
      [
        "type": "object", "minProperties": 1, "additionalProperties": reference("entry"),
        "propertyNames": ["pattern": #"^(\*|[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*(\.\*)?)$"#],
      ]
    case .result: reference("value")
    case .auxiliary: list(of: reference("value"))
    case .listDialect: reference("listDialect")
    }
  }

  private static var listDialect: JSONValue {
    let properties = ListDialectKey.allCases.map { key -> (String, JSONValue) in
      let value: JSONValue =
        switch key {
        case .scalesWidth, .takesNumber, .ignoresArguments: ["type": "boolean"]
        case .parameters: list(of: reference("word"))
        }
      return (key.rawValue, describe(value, key.summary))
    }
    return ["type": "object", "properties": .object(JSONObject(properties)), "additionalProperties": false]
  }
}
