import TestSupport
import Testing

@testable import JSON

@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", .null), (" true\n", .boolean(true)), ("\t\r\nfalse ", .boolean(false)),
      ("0", .integer(0)), ("-1", .integer(-1)), ("10", .integer(10)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)),
      ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
      ("-0", .number(-0.0)), ("0.0", .number(0)), ("1e0", .number(1)), ("1E+2", .number(100)),
      ("-1.25e-2", .number(-0.0125)),
      ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-999", .number(0)),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
      ("\"\"", ""),
      ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\u{8}\u{C}\n\r\t"),
      ("\"\\u0041\\u00e9\\u20AC\"", "Aé€"),
      ("\"\\uD83D\\uDE00\"", "😀"), ("\"\\u0000\"", "\0"),
      ("\"é€😀\u{7F}\"", "é€😀\u{7F}"), ("\"\u{FFFF}\"", "\u{FFFF}"),
      ("[]", []), ("[ ]", []), ("[1, [2], \"3\"]", [1, [2], "3"]),
      ("{}", [:]), ("{ }", [:]), ("{\"b\": 1, \"a\": {\"c\": null}}", ["b": 1, "a": ["c": .null]]),
      ("{\"\": 0}", ["": 0]),
    ] as [(String, JSONValue)])
  func accepts(text: String, expected: JSONValue) throws {
    #expect(try JSONValue.parse(Array(text.utf8)) == expected)
  }

  @Test func keepsTheSignOfZero() throws {
    #expect(try JSONValue.parse(Array("-0".utf8)).numberValue?.sign == .minus)
    #expect(try JSONValue.parse(Array("-0.0".utf8)).numberValue?.sign == .minus)
  }

  @Test(arguments: [
    ("", 0, "expected a value, found the end of the text"), ("   ", 3, "expected a value, found the end of the text"),
    ("nul", 0, "expected 'null'"), ("True", 0, "expected a value, found 'T'"),
    ("NaN", 0, "expected a value, found 'N'"),
    ("-", 1, "expected a digit, found the end of the text"), ("-a", 1, "expected a digit, found 'a'"),
    ("01", 0, "a number may not start with 0"), ("-00", 1, "a number may not start with 0"),
    ("+1", 0, "expected a value, found '+'"), (".5", 0, "expected a value, found '.'"),
    ("1.", 2, "expected a digit, found the end of the text"), ("1e", 2, "expected a digit, found the end of the text"),
    ("1e+", 3, "expected a digit, found the end of the text"), ("1.e1", 2, "expected a digit, found 'e'"),
    ("1e400", 0, "a number is out of range"), ("0x10", 1, "unexpected 'x' after the end of the document"),
    ("1 2", 2, "unexpected '2' after the end of the document"),
    ("{}}", 2, "unexpected '}' after the end of the document"),
    ("null\0", 4, "unexpected byte 0x00 after the end of the document"),
    ("\u{FEFF}1", 0, "expected a value, found byte 0xEF"),
    ("[1,]", 3, "expected a value, found ']'"), ("[1 2]", 3, "expected ',' or ']', found '2'"),
    ("[", 1, "expected a value, found the end of the text"),
    ("[1", 2, "expected ',' or ']', found the end of the text"),
    ("]", 0, "expected a value, found ']'"), ("[,1]", 1, "expected a value, found ','"),
    ("{", 1, "expected a key in quotes, found the end of the text"),
    ("{a:1}", 1, "expected a key in quotes, found 'a'"),
    ("{\"a\"}", 4, "expected ':' after a key, found '}'"), ("{\"a\":}", 5, "expected a value, found '}'"),
    ("{\"a\":1,}", 7, "expected a key in quotes, found '}'"), ("{\"a\":1 \"b\"", 7, "expected ',' or '}', found '\"'"),
    ("{\"a\":1,\"b\":2,\"a\":3}", 13, "duplicate key 'a'"), ("{\"a\":1,\"\\u0061\":2}", 7, "duplicate key 'a'"),
    ("\"a", 0, "a string has no closing quote"), ("\"\\\"", 0, "a string has no closing quote"),
    ("\"a\nb\"", 2, "a control character in a string must be escaped"),
    ("\"\\n\u{1}\"", 3, "a control character in a string must be escaped"),
    ("\"\\", 2, "an escape is cut off"), ("\"\\x41\"", 1, "unknown escape"),
    ("\"\\u12G4\"", 5, "'\\u' needs four hexadecimal digits"),
    ("\"\\uD800\"", 1, "a surrogate has no partner"), ("\"\\uDC00\"", 1, "a surrogate has no partner"),
    ("\"\\uD800\\u0041\"", 1, "a surrogate has no partner"), ("\"\\uD800\\uD800\"", 1, "a surrogate has no partner"),
    ("\"\\uD800\\u\"", 9, "'\\u' needs four hexadecimal digits"),
    ("/**/1", 0, "expected a value, found '/'"), ("'a'", 0, "expected a value, found '''"),
  ])
  func refuses(text: String, offset: Int, message: String) {
    #expect(throws: JSONError(offset: offset, message: message)) { try JSONValue.parse(Array(text.utf8)) }
  }

  /// Quoted bytes that are not UTF-8: stray, truncated, overlong, surrogates, beyond Unicode.
  @Test(
    arguments: [
      [0x80], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
      [0xE2, 0x82],
    ] as [[UInt8]])
  func refusesMalformedUTF8(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let expected = JSONError(offset: 0, message: "a string is not valid UTF-8")
    #expect(throws: expected) { try JSONValue.parse([quote] + bytes + [quote]) }
    #expect(throws: expected) { try JSONValue.parse([quote] + Array("\\n".utf8) + bytes + [quote]) }
  }

  @Test func limitsNesting() throws {
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    _ = try JSONValue.parse(Array(deep.utf8))
    #expect(throws: JSONError(offset: 128, message: "more than 128 levels of nesting")) {
      try JSONValue.parse(Array(("[" + deep + "]").utf8))
    }
    #expect(throws: JSONError.self) { try JSONValue.parse(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) }
    // Levels that are closed again do not count.
    let wide = "[" + Array(repeating: "{}", count: 300).joined(separator: ",") + "]"
    #expect(try JSONValue.parse(Array(wide.utf8)).arrayValue?.count == 300)
  }

  @Test func survivesMutations() throws {
    let seed = Array(#"{"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude00é"],"b":{"c":{},"d":[[]]},"e":"\n"}"#.utf8)
    var mutator = ByteMutator(seed: 1)
    for _ in 0..<20_000 {
      let bytes = mutator.mutated(seed)
      guard let value = try? JSONValue.parse(bytes) else { continue }
      #expect(try JSONValue.parse(value.utf8) == value)
    }
  }
}
