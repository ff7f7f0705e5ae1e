import Diagnostics
import Testing

/// Complete rendered texts.
@Suite struct TextRendererTests {
  private let file = SourceFile(
    name: "m.yaml",
    text: "classes: 80\nbackbone:\n  a: [-1, 1, Conv, [16]]\n  b: [a, 1, Konv, [16]]\n\n\n  c: [a, 1, Conv]\n")

  /// The first position of a text in a file.
  private func range(_ text: String, in file: SourceFile) throws -> SourceRange {
    let found = try #require(file.text(0..<file.bytes.count).utf8.firstRange(of: text.utf8))
    let whole = file.text(0..<file.bytes.count).utf8
    let lower = whole.distance(from: whole.startIndex, to: found.lowerBound)
    return SourceRange(file: file, lower: lower, upper: lower + text.utf8.count)
  }

  @Test func aLabelStandsUnderItsPlace() throws {
    let diagnostic = Diagnostic(.unknownBlock, "there is no block 'Konv'", at: try range("Konv", in: file))
    #expect(
      TextRenderer().render(diagnostic) == """
        error[unknown-block]: there is no block 'Konv'
         --> m.yaml:4:13
          |
        4 |   b: [a, 1, Konv, [16]]
          |             ^^^^
          |

        """)
  }

  /// YAML can express any character in quotes, and messages repeat names.
  @Test func controlCharactersOfANameDoNotReachTheTerminal() throws {
    let name = "\u{1B}[2J\u{202E}\n"
    let file = SourceFile(name: "\u{1B}c.yaml", text: "a: \u{1B}c\n")
    let diagnostic = Diagnostic(
      .unknownBlock, "there is no block '\(name)'", at: try range("a", in: file), label: "near \(name)",
      notes: ["not \(name)"], help: ["write \(name)"])
    #expect(
      TextRenderer().render(diagnostic) == #"""
        error[unknown-block]: there is no block '\u{1B}[2J\u{202E}\n'
         --> \u{1B}c.yaml:1:1
          |
        1 | a: \#u{FFFD}c
          | ^ near \u{1B}[2J\u{202E}\n
          |
          = note: not \u{1B}[2J\u{202E}\n
          = help: write \u{1B}[2J\u{202E}\n

        """#)
  }

  @Test func labelsOfOtherLinesAreShownInOrderWithGapsMarked() throws {
    let diagnostic = Diagnostic(
      .wrongKind, severity: .warning, "a row has four columns", at: try range("[a, 1, Conv]", in: file),
      label: "three here",
      secondary: [
        Diagnostic.Label(try range("Konv", in: file), "beside"), Diagnostic.Label(try range("b", in: file)),
        Diagnostic.Label(try range("[16]]\n  b", in: file), "over two lines"),
      ])
    #expect(
      TextRenderer().render(diagnostic) == """
        warning[wrong-kind]: a row has four columns
         --> m.yaml:7:6
          |
        2 | backbone:
          | -
        3 |   a: [-1, 1, Conv, [16]]
          |                    ----- over two lines
        4 |   b: [a, 1, Konv, [16]]
          |             ---- beside
        ...
        7 |   c: [a, 1, Conv]
          |      ^^^^^^^^^^^^ three here
          |

        """)
  }

  @Test func anotherFileHasAHeaderOfItsOwn() throws {
    let other = SourceFile(name: "blocks.yaml", text: String(repeating: "#\n", count: 11) + "Konv: 1\n")
    let diagnostic = Diagnostic(
      .unknownBlock, "no block", at: try range("Konv", in: file),
      secondary: [Diagnostic.Label(try range("Konv", in: other), "but here")])
    #expect(
      TextRenderer().render(diagnostic) == """
        error[unknown-block]: no block
          --> m.yaml:4:13
           |
         4 |   b: [a, 1, Konv, [16]]
           |             ^^^^
           |
          ::: blocks.yaml:12:1
           |
        12 | Konv: 1
           | ---- but here
           |

        """)
  }

  @Test func traceNotesAndHelpFollow() throws {
    var diagnostic = Diagnostic(
      .tooLarge, "too large", at: try range("Conv", in: file), notes: ["a fact", "another"], help: ["do this"],
      fixIts: [Diagnostic.FixIt("or that", [])])
    diagnostic.trace = [Diagnostic.Label(try range("a: ", in: file), "in Conv, entry 'conv'")]
    #expect(
      TextRenderer().render(diagnostic) == """
        error[too-large]: too large
         --> m.yaml:3:14
          |
        3 |   a: [-1, 1, Conv, [16]]
          |              ^^^^
          |
          = trace: in Conv, entry 'conv' (m.yaml:3:3)
          = note: a fact
          = note: another
          = help: do this
          = help: or that

        """)
  }

  @Test func tabsAreRepeatedAndOtherControlCharactersReplaced() throws {
    let tabbed = SourceFile(name: "t", text: "\ta:\tx\u{1B}[0m y\r\n")
    let diagnostic = Diagnostic(.invalidName, "bad", at: try range("y", in: tabbed))
    #expect(
      TextRenderer().render(diagnostic)
        == "error[invalid-name]: bad\n --> t:1:11\n  |\n1 | \ta:\tx\u{FFFD}[0m y\n  | \t  \t      ^\n  |\n")
  }

  @Test func columnsCountScalars() throws {
    let foreign = SourceFile(name: "größe.yaml", text: "größe: 8  # 🦊\nfüchse: ☃\n")
    let diagnostic = Diagnostic(.invalidName, "bad", at: try range("🦊", in: foreign), label: "a fox")
    #expect(
      TextRenderer().render(diagnostic) == """
        error[invalid-name]: bad
         --> größe.yaml:1:13
          |
        1 | größe: 8  # 🦊
          |             ^ a fox
          |

        """)
  }

  @Test func longLinesAreCutAroundTheLabel() throws {
    let long = SourceFile(
      name: "l", text: String(repeating: "a", count: 300) + "XY" + String(repeating: "b", count: 300))
    let lines = TextRenderer().render(Diagnostic(.invalidName, "bad", at: try range("XY", in: long))).split(
      separator: "\n")
    // 110 characters, a third of them (36) before the label; the first and the last are ellipses.
    #expect(lines[3] == "1 | …\(String(repeating: "a", count: 35))XY\(String(repeating: "b", count: 72))…")
    #expect(lines[4] == "  | \(String(repeating: " ", count: 36))^^")
  }

  @Test func aLabelLongerThanItsLineEndsWithIt() throws {
    let lines = TextRenderer().render(Diagnostic(.invalidName, "bad", at: file.range)).split(separator: "\n")
    #expect(lines[3...4] == ["1 | classes: 80", "  | ^^^^^^^^^^^"])
  }

  @Test(arguments: [("", 0), ("a", 1), ("a\n", 2), ("\n\n", 2)])
  func aPlaceAtTheEndHasACaret(_ text: String, _ offset: Int) {
    let file = SourceFile(name: "e", text: text)
    let rendered = TextRenderer().render(
      Diagnostic(.yamlSyntax, "end", at: .init(file: file, lower: offset, upper: offset)))
    #expect(rendered.split(separator: "\n").filter { $0.contains("^") }.count == 1)
    #expect(rendered.contains("--> e:\(text.utf8.filter { $0 == 10 }.count + 1):"))
  }

  @Test func coloursAreOnlyAdded() throws {
    let diagnostic = Diagnostic(
      .unknownBlock, "none", at: try range("Konv", in: file), label: "this",
      secondary: [.init(try range("b", in: file), "that")],
      notes: ["n"])
    let coloured = TextRenderer(colour: true).render(diagnostic)
    #expect(coloured.hasPrefix("\u{1B}[1;31merror[unknown-block]\u{1B}[0m\u{1B}[1m: none\u{1B}[0m\n"))
    #expect(coloured.contains("\u{1B}[1;31m^^^^ this\u{1B}[0m") && coloured.contains("\u{1B}[1;34m- that\u{1B}[0m"))
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == TextRenderer().render(diagnostic))
  }

  @Test func severalDiagnosticsStandApart() throws {
    let diagnostic = Diagnostic(.unknownBlock, "none", at: try range("Konv", in: file))
    let one = TextRenderer().render(diagnostic)
    #expect(TextRenderer().render([diagnostic, diagnostic]) == one + "\n" + one)
    #expect(TextRenderer().render([]).isEmpty)
  }
}
