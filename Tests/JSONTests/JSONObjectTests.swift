import Testing

@testable import JSON

@Suite struct JSONObjectTests {
  /// The object searches few members linearly and many through a table; both must agree.
  @Test(arguments: [0, 1, 7, 8, 9, 10, 100])
  func keepsOrderAndFindsMembers(count: Int) {
    var object = JSONObject()
    let keys = (0..<count).map { "key\($0 * 7 % 101)" }
    for (index, key) in keys.enumerated() { object[key] = .integer(index) }
    #expect(object.keys == keys)
    for (index, key) in keys.enumerated() { #expect(object[key] == .integer(index)) }
    #expect(object["absent"] == nil)

    var remaining = keys
    while let key = remaining.popLast() {
      object[key] = nil
      #expect(object.keys == remaining)
      #expect(object[key] == nil)
      if let first = remaining.first { #expect(object[first] == .integer(0)) }
    }
    #expect(object == JSONObject())
  }

  @Test func replacesInPlace() {
    var object: JSONObject = ["a": 1, "b": 2, "a": 3]
    #expect(object.keys == ["a", "b"])
    #expect(object["a"] == 3)
    object["b"] = "two"
    #expect(object == ["a": 3, "b": "two"])
    #expect(object != ["b": "two", "a": 3])
  }

  @Test func growsAgainAfterRemoval() {
    var object = JSONObject((0..<12).map { ("\($0)", .integer($0)) })
    for key in 0..<6 { object["\(key)"] = nil }
    for key in 0..<6 { object["\(key)"] = .integer(-key) }
    #expect(object.count == 12)
    #expect(object["3"] == -3)
    #expect(object["9"] == 9)
  }
}
