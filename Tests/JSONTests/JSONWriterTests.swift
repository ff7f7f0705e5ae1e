import Testing

@testable import JSON

@Suite struct JSONWriterTests {
  @Test(
    arguments: [
      (.null, "null"), (true, "true"), (0, "0"), (.integer(.min), "-9223372036854775808"), (1.0, "1.0"), (0.1, "0.1"),
      (.number(-0.0), "-0.0"), (1e300, "1e+300"), (.number(.nan), "null"), (.number(-.infinity), "null"),
      ("", "\"\""), ("a\"b\\c/\n\r\t\u{1}\u{1F}\u{7F}é😀", "\"a\\\"b\\\\c/\\n\\r\\t\\u0001\\u001f\u{7F}é😀\""),
      ([], "[]"), ([1, [], "x"], "[1,[],\"x\"]"), ([:], "{}"),
      (["z": 1, "a": ["\n": .null]], "{\"z\":1,\"a\":{\"\\n\":null}}"),
    ] as [(JSONValue, String)])
  func writes(value: JSONValue, expected: String) {
    #expect(value.description == expected)
  }

  @Test(arguments: [
    0.1, 0.3333333333333333, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 1e21, 123_456_789_012_345_680,
    4503599627370497.5,
  ])
  func numbersReadBack(number: Double) throws {
    let value = try JSONValue.parse(JSONValue.number(number).utf8)
    #expect(value.numberValue?.bitPattern == number.bitPattern)
  }

  @Test func stringsReadBack() throws {
    for code in UInt32(0)...0x2FFF {
      guard let scalar = Unicode.Scalar(code) else { continue }
      let value = JSONValue.string("<\(Character(scalar))>")
      #expect(try JSONValue.parse(value.utf8) == value)
    }
  }
}
