/// A command of the tool: its options, and what it does with them.
struct Command: Sendable {
  let name: String
  /// What it does, in a few words, for the list of commands.
  let summary: String
  /// The operands as the usage line shows them.
  let operands: String
  /// How many operands it takes.
  let operandCount: ClosedRange<Int>
  let options: [Option]
  /// More for the command's own help: what it prints, an example.
  let details: String
  let perform: @Sendable (Arguments) throws -> Void

  struct Option: Sendable {
    /// The spellings, `--input` or `-o`.
    let names: [String]
    /// What the value is called in help; nothing for a flag. Words in lower case are what to choose from: `text|json`.
    let value: String?
    let summary: String
    /// Whether it can be given several times.
    let isRepeatable: Bool

    init(_ names: String..., value: String? = nil, isRepeatable: Bool = false, help summary: String) {
      self.names = names
      self.value = value
      self.isRepeatable = isRepeatable
      self.summary = summary
    }

    /// The values that the option accepts, when they are few words.
    var choices: [String]? {
      guard let words = value?.split(separator: "|").map(String.init) else { return nil }
      return words.allSatisfy { $0 == $0.lowercased() } ? words : nil
    }
  }

  static let help = Option("-h", "--help", help: "show this help")
}
