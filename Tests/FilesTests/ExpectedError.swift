import Testing

/// Expects an error with a description.
func expect(_ description: String, _ body: () throws -> some Any) {
  #expect {
    _ = try body()
  } throws: { error in
    #expect(String(describing: error) == description)
    return true
  }
}
