import Diagnostics
import Foundation
import ModelSyntax
import TestSupport
import Testing

@testable import Compiler
@testable import gelan

/// The JSON Schema says what the reader and the blocks say.
///
/// `Tests/Tools/check-schema.py` holds models against it with a validator.
@Suite struct SchemaTests {
  typealias Object = [String: Any]

  private func schema(_ operands: String...) throws -> Object {
    let result = try Tool.run(["schema"] + operands)
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try result.objects.first)
  }

  private func definition(_ name: String, of schema: Object) throws -> Object {
    try #require((schema["definitions"] as? Object)?[name] as? Object, "there is no definition '\(name)'")
  }

  /// The names and descriptions of the blocks that a row may call.
  private func blocks(of schema: Object) throws -> [String: String] {
    let choices = try #require(try definition("block", of: schema)["oneOf"] as? [[String: String]])
    return Dictionary(uniqueKeysWithValues: choices.map { ($0["const"] ?? "", $0["description"] ?? "") })
  }

  @Test func everyKeyOfTheReaderIsDescribed() throws {
    let schema = try schema()
    #expect(schema["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
    let properties = try #require(schema["properties"] as? [String: Object])
    #expect(Set(properties.keys) == Set(ModelKey.allCases.map(\.rawValue)))
    let ofBlocks = try #require(try definition("definition", of: schema)["properties"] as? [String: Object])
    #expect(Set(ofBlocks.keys) == Set(BlockKey.allCases.map(\.rawValue)))
    for (key, property) in properties.merging(ofBlocks, uniquingKeysWith: { first, _ in first }) {
      #expect((property["description"] as? String)?.hasSuffix(".") == true, "\(key)")
      #expect(property.count > 1, "the schema of '\(key)' says nothing about its value")
    }
  }

  @Test func everyBlockIsOfferedWithItsSummary() throws {
    let blocks = try blocks(of: try schema())
    #expect(Set(blocks.keys) == Set(BlockLibrary.standard.names + primitives.map(\.name)))
    #expect(blocks["AConv"]?.hasPrefix("AConv(c2)\n\nDownsampling by 2×2 average pooling") == true)
    #expect(blocks["Conv"]?.hasPrefix("Conv(c2, k = 1, s = 1, p = none, g = 1, d = 1, act = true)") == true)
  }

  struct Call: Sendable, CustomTestStringConvertible {
    let block: String
    let parameters: [String]
    let required: [String]
    let least: Int
    var testDescription: String { block }
  }

  static let calls = [
    Call(block: "ELAN1", parameters: ["c2", "c3", "c4"], required: ["c2", "c3", "c4"], least: 3),
    Call(block: "RepNCSPELAN4", parameters: ["c2", "c3", "c4", "c5"], required: ["c2", "c3", "c4"], least: 3),
    Call(block: "Silence", parameters: [], required: [], least: 0),
    Call(block: "nn.Upsample", parameters: ["mode", "scale_factor", "size"], required: [], least: 0),
    Call(block: "conv2d", parameters: ["bias", "d", "g", "k", "out", "p", "s"], required: ["out"], least: 1),
  ]

  @Test(arguments: calls) func argumentsAreThoseOfTheBlock(_ call: Call) throws {
    let arguments = try definition("arguments of \(call.block)", of: try schema())
    #expect(((arguments["properties"] as? Object) ?? [:]).keys.sorted() == call.parameters)
    #expect(arguments["required"] as? [String] == call.required)
    #expect(arguments["minItems"] as? Int == call.least)
    #expect(arguments["maxItems"] as? Int == call.parameters.count)
    #expect(arguments["additionalProperties"] as? Bool == false)
  }

  @Test func everyReferenceHasItsDefinition() throws {
    let schema = try schema()
    let names = Set(try #require(schema["definitions"] as? Object).keys)
    var references: Set<String> = []
    func collect(_ value: Any) {
      if let object = value as? Object {
        if let reference = object["$ref"] as? String { references.insert(reference) }
        object.values.forEach(collect)
      }
      if let list = value as? [Any] { list.forEach(collect) }
    }
    collect(schema)
    #expect(references.count > 60)
    for reference in references {
      let name = reference.dropFirst("#/definitions/".count).replacingOccurrences(of: "%20", with: " ")
      #expect(names.contains(name), "\(reference)")
    }
  }

  @Test func aModelsOwnBlocksAreKnownToItsSchema() throws {
    try withTemporaryFolder { folder in
      let model = """
        classes: 2
        blocks:
          Squeeze:
            summary: Narrow and wide again.
            parameters: {c2: required, ratio: 4}
            body: {cv1: [x, 1, Conv, [c2]]}
        backbone: {p1: [-1, 1, Squeeze, [8]]}
        """
      try model.write(to: folder.appendingPathComponent("m.yaml"), atomically: true, encoding: .utf8)
      let own = try schema(folder.appendingPathComponent("m.yaml").path)
      #expect(try blocks(of: own)["Squeeze"] == "Squeeze(c2, ratio = 4)\n\nNarrow and wide again.")
      #expect(try definition("arguments of Squeeze", of: own)["required"] as? [String] == ["c2"])
      // It knows all blocks of the model; the schema of all models cannot.
      #expect(own["if"] == nil)
      #expect(try schema()["if"] is Object)
    }
  }

  @Test func filesOfBlocksHaveTheirSchema() throws {
    let schema = try schema("--blocks")
    let properties = try #require(schema["properties"] as? [String: Object])
    #expect(Set(properties.keys) == Set(BlockFileKey.allCases.map(\.rawValue)))
    #expect(schema["additionalProperties"] as? Bool == false)
    try withTemporaryFolder { folder in
      let files = [
        "a.yaml": "include: b.yaml\nblocks: {Own: {parameters: {c2: required}, body: {cv1: [x, 1, Conv, [c2]]}}}\n",
        "b.yaml": "blocks: {Other: {body: {cv1: [x, 1, Conv, [8]]}}}\n",
      ]
      for (name, text) in files {
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
      }
      let own = try self.schema(folder.appendingPathComponent("a.yaml").path)
      #expect(own["title"] as? String == schema["title"] as? String)
      #expect(Set(try blocks(of: own).keys).isSuperset(of: ["Own", "Other", "Conv"]))
      #expect(try definition("arguments of Own", of: own)["required"] as? [String] == ["c2"])
    }
    let refused = try Tool.run("schema", "--blocks", "models-yaml/gelan-t.yaml")
    #expect((refused.status, refused.output) == (1, ""))
    #expect(refused.errors.contains("is a model"))
  }

  @Test func aModelThatCannotBeReadHasNoSchema() throws {
    let result = try Tool.run("schema", "README.md")
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("error["))
  }
}
