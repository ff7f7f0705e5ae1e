import Diagnostics
import Testing

@testable import gelan

/// What `check --watch` says after a save.
@Suite struct FaultChangeTests {
  /// The faults of a text of words, one for each word in capitals.
  private func faults(_ text: String) -> [Diagnostic] {
    let file = SourceFile(name: "m.yaml", text: text)
    var offset = 0
    return text.split(separator: " ", omittingEmptySubsequences: false).compactMap { word in
      defer { offset += word.utf8.count + 1 }
      guard word.first?.isUppercase == true else { return nil }
      return Diagnostic(
        .unknownBlock, "there is no block '\(word)'",
        at: SourceRange(file: file, lower: offset, upper: offset + word.utf8.count))
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: String?
    var after: String
    var new: Int
    var lines: [String]
  }

  @Test(arguments: [
    Case(testDescription: "the first look", before: nil, after: "A b", new: 1, lines: []),
    Case(testDescription: "nothing to say", before: nil, after: "a b", new: 0, lines: ["no faults"]),
    Case(
      testDescription: "a fault that moved", before: "A b", after: "b b A", new: 0,
      lines: ["0 new, 0 mended, 1 as before"]),
    Case(
      testDescription: "the last one mended", before: "A b", after: "a b", new: 0,
      lines: ["mended: error[unknown-block]: there is no block 'A'", "no faults"]),
    Case(
      testDescription: "one for another", before: "A B", after: "A C", new: 1,
      lines: ["mended: error[unknown-block]: there is no block 'B'", "1 new, 1 mended, 1 as before"]),
    Case(
      testDescription: "one of two alike", before: "A A", after: "A a", new: 0,
      lines: ["mended: error[unknown-block]: there is no block 'A'", "0 new, 1 mended, 1 as before"]),
    Case(
      testDescription: "one more of a kind", before: "A", after: "A A", new: 1, lines: ["1 new, 0 mended, 1 as before"]),
  ])
  func theLinesNameWhatChanged(_ example: Case) {
    let change = FaultChange(from: example.before.map(faults), to: faults(example.after))
    #expect(change.new.count == example.new)
    #expect(change.lines == example.lines)
  }

  @Test func whatCannotBeReadHidesFaultsAndMendsNone() {
    let file = SourceFile(name: "m.yaml", text: "[")
    let syntax = Diagnostic(.yamlSyntax, "this is not YAML", at: file.range)
    let broken = FaultChange(from: faults("A B"), to: [syntax])
    #expect(broken.lines == ["1 new, 0 mended, 0 as before"])
    let readAgain = FaultChange(from: broken.known, to: faults("A C"))
    #expect(readAgain.new.map(\.message) == ["there is no block 'C'"])
    #expect(
      readAgain.lines == [
        "mended: error[yaml-syntax]: this is not YAML", "mended: error[unknown-block]: there is no block 'B'",
        "1 new, 2 mended, 1 as before",
      ])
  }
}
