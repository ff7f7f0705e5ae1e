import Diagnostics
import Testing

/// Lines, columns and the order of diagnostics.
@Suite struct SourceFileTests {
  @Test(arguments: [
    ("", 0, 1, 1), ("abc", 0, 1, 1), ("abc", 3, 1, 4), ("a\nb", 1, 1, 2), ("a\nb", 2, 2, 1), ("a\nb\n", 4, 3, 1),
    ("a\r\nb", 3, 2, 1),
    ("é🦊x", 2, 1, 2), ("é🦊x", 6, 1, 3), ("é🦊x", 7, 1, 4), ("ab", 99, 1, 3), ("\n\n\n", 2, 3, 1),
    ("ab", -1, 1, 1),
    ("\u{FEFF}ab", 4, 1, 2), ("\u{FEFF}", 0, 1, 1),
  ])
  func offsetsHaveALineAndAColumn(_ text: String, _ offset: Int, _ line: Int, _ column: Int) {
    let file = SourceFile(name: "f", text: text)
    #expect(file.line(at: offset) == line)
    #expect(file.column(at: offset) == column)
  }

  @Test(arguments: [
    ("a\nbc\n", 2, 2..<4), ("a\r\nbc", 1, 0..<1), ("a\n", 2, 2..<2), ("\n", 1, 0..<0), ("", 1, 0..<0),
    ("\r\n", 1, 0..<0),
  ])
  func linesEndBeforeTheirLineEnd(_ text: String, _ line: Int, _ range: Range<Int>) {
    #expect(SourceFile(name: "f", text: text).byteRange(ofLine: line) == range)
  }

  @Test(arguments: [("", 1), ("a", 1), ("a\n", 2), ("a\nb", 2), ("\n\n", 3)])
  func aFinalLineCounts(_ text: String, _ count: Int) {
    #expect(SourceFile(name: "f", text: text).lineCount == count)
  }

  @Test func rangesNeverEndBeforeTheyBegin() {
    let file = SourceFile(name: "f", text: "abcdef")
    #expect(SourceRange(file: file, lower: 4, upper: 2).upper == 4)
    let union = SourceRange(file: file, lower: 1, upper: 2).union(SourceRange(file: file, lower: 4, upper: 5))
    #expect((union.lower, union.upper, union.text) == (1, 5, "bcde"))
    let other = SourceFile(name: "f", text: "abcdef")
    #expect(union.union(other.range) == union)
    #expect(file.range != other.range, "files are told apart, not their names")
  }

  @Test func malformedTextIsReplaced() {
    #expect(SourceFile(name: "f", bytes: [0x61, 0xFF, 0x62]).text(0..<99) == "a\u{FFFD}b")
  }

  @Test func diagnosticsAreOrderedByPlaceAndStable() {
    let (a, b) = (SourceFile(name: "a", text: "0123"), SourceFile(name: "b", text: "0123"))
    func diagnostic(_ file: SourceFile, _ offset: Int, _ message: String) -> Diagnostic {
      Diagnostic(.wrongKind, message, at: SourceRange(file: file, lower: offset, upper: offset + 1))
    }
    let failure = CompileFailure([
      diagnostic(b, 0, "4"), diagnostic(a, 3, "3"), diagnostic(a, 1, "1"), diagnostic(a, 1, "2"),
    ])
    #expect(failure.diagnostics.map(\.message) == ["1", "2", "3", "4"])
  }

  // MARK: Suggestions

  @Test(arguments: [
    ("Cnov", ["Conv", "Concat", "DWConv"], ["Conv"]),  // two adjacent characters swapped
    ("conv", ["Conv"], ["Conv"]),  // letter case is ignored
    ("Conv", ["Conv", "AConv"], ["AConv"]),  // not the name itself
    ("RepNCSPELAN5", ["RepNCSPELAN4", "SPPELAN", "ELAN1"], ["RepNCSPELAN4"]),
    ("DDetcet", ["Detect", "DDetect", "DualDDetect"], ["DDetect", "Detect"]),  // nearest first
    ("abcd", ["abce", "abcf", "abcg", "abch"], ["abce", "abcf", "abcg"]),  // at most three, by name
    ("CBAM", ["Conv", "SPP"], []), ("", ["a"], []), ("p3", ["p4", "backbone"], ["p4"]), ("x", ["y"], ["y"]),
    (String(repeating: "a", count: 65), [String(repeating: "a", count: 64)], []),
  ])
  func nearNamesAreSuggested(_ name: String, _ candidates: [String], _ expected: [String]) {
    #expect(suggestions(for: name, among: candidates) == expected)
  }

  @Test(arguments: [
    (["abce"], ["did you mean 'abce'?"]), (["abce", "abcf"], ["did you mean 'abce' or 'abcf'?"]),
    (["abce", "abcf", "abcg"], ["did you mean 'abce', 'abcf' or 'abcg'?"]), (["zzzz"], []),
  ])
  func suggestionsAreAQuestion(_ candidates: [String], _ expected: [String]) {
    #expect(didYouMean("abcd", among: candidates) == expected)
  }

  @Test func codesAreSlugs() {
    let slugs = DiagnosticCode.allCases.map(\.rawValue)
    #expect(slugs.allSatisfy { $0.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil })
    #expect(Set(slugs).count == slugs.count)
  }
}
