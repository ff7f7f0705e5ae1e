import Diagnostics
import Foundation
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// `formatModel` changes only the layout.
@Suite struct FormatTests {
  private func format(_ text: String) throws -> String {
    try formatModel(try parseYAML(SourceFile(name: "m.yaml", text: text)))
  }

  // MARK: The layout

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: String
    var after: String
  }

  @Test(arguments: [
    Case(
      testDescription: "rows start in one column, section by section",
      before: "backbone:\n  p1: [-1, 1, Conv, [8]]\n  p2_down: [-1, 1, Conv, [8]]\nheads:\n  d: [p1, 1, A, []]\n",
      after: "backbone:\n  p1:      [-1, 1, Conv, [8]]\n  p2_down: [-1, 1, Conv, [8]]\n\nheads:\n  d: [p1, 1, A, []]\n"),
    Case(
      testDescription: "lists and mappings have one spacing",
      before: "input:   [ 320,640 ]\nbackbone:\n    p1: [-1,1 , Conv,{c2:  8,k: 3} ]\n",
      after: "input: [320, 640]\n\nbackbone:\n  p1: [-1, 1, Conv, {c2: 8, k: 3}]\n"),
    Case(
      testDescription: "settings come first, sections stay in their order",
      before:
        "heads:\n  d: [a, 1, A, []]\nbackbone:\n  a: [-1, 1, B, []]\nactivation: ReLU\nblocks:\n  B: {body: {c: [x, 1, Conv, [8]]}}\ninput: 64\nclasses: 3\nname: n\n",
      after:
        "name: n\nclasses: 3\ninput: 64\nactivation: ReLU\n\nblocks:\n  B: {body: {c: [x, 1, Conv, [8]]}}\n\nheads:\n  d: [a, 1, A, []]\n\nbackbone:\n  a: [-1, 1, B, []]\n"
    ),
    Case(
      testDescription: "comments stay where they belong",
      before:
        "# head\nclasses: 3 # three\n# trunk\nbackbone: # b\n# stem\n  a: [-1, 1, Conv, # why\n      [8]] # end\n  # last row\n\n# the end\n",
      after:
        "# head\nclasses: 3  # three\n\n# trunk\nbackbone:  # b\n  # stem\n  # why\n  a: [-1, 1, Conv, [8]]  # end\n  # last row\n\n# the end\n"
    ),
    Case(
      testDescription: "comments behind neighbouring lines start in one column",
      before:
        "classes: 3 # three\ninput: 640 # pixels\nbackbone:\n  a: [-1, 1, Conv, [8]] # a\n  b: [-1, 1, Conv, [16, 3]] # b\n  c: [-1, 1, Conv, [8]]\n  d: [-1, 1, Conv, [8]] # d\n",
      after:
        "classes: 3  # three\ninput: 640  # pixels\n\nbackbone:\n  a: [-1, 1, Conv, [8]]      # a\n  b: [-1, 1, Conv, [16, 3]]  # b\n  c: [-1, 1, Conv, [8]]\n  d: [-1, 1, Conv, [8]]  # d\n"
    ),
    Case(
      testDescription: "a comment moves with the key below it, when an empty line sets it off from the file's own",
      before: "# file\n\n# trunk\nbackbone:\n  a: [-1, 1, Conv, [8]]\nclasses: 3\n",
      after: "# file\nclasses: 3\n\n# trunk\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"),
    Case(
      testDescription: "empty lines between groups stay, one at a time",
      before: "\n\nclasses: 3\n\n\nbackbone:\n\n  a: [-1, 1, Conv, [8]]\n\n\n  b: [-1, 1, Conv, [8]]\n\n\n",
      after: "classes: 3\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n\n  b: [-1, 1, Conv, [8]]\n"),
    Case(
      testDescription: "quotes stay, and come where a list needs them",
      before:
        "classes: ['a # b', \"c\\n\", 'it''s']\nbackbone:\n  a:\n    - -1\n    - 1\n    - Conv\n    - - max(8, 4)\n",
      after: "classes: ['a # b', \"c\\n\", 'it''s']\n\nbackbone:\n  a: [-1, 1, Conv, ['max(8, 4)']]\n"),
    Case(
      testDescription: "what needs no quotes gets none",
      before:
        "name:  one, two\nparameters: {a: 1}\nactivation: LeakyReLU(0.1, inplace=True)\nbackbone:\n  a: [-1, 1, Conv, [8]]\n",
      after:
        "name: one, two\nactivation: LeakyReLU(0.1, inplace=True)\nparameters: {a: 1}\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"
    ),
    Case(
      testDescription: "classes in a column keep their comments",
      before: "classes:\n- cat   # purrs\n# loud\n- dog\nbackbone:\n  a: [-1, 1, Conv, [8]]\n",
      after: "classes:\n  - cat  # purrs\n  # loud\n  - dog\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"),
    Case(
      testDescription: "a list with comments between its items stays",
      before: "input:  64\nclasses: [\n  cat, # purrs\n  dog]\nbackbone:\n  a: [-1,1,Conv,[8]]\n",
      after: "input: 64\nclasses: [\n  cat, # purrs\n  dog]\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"),
    Case(
      testDescription: "anchors and aliases stay where they are, and nothing moves",
      before: "backbone:\n  a: &r [-1,1,Conv,[&w 8,3]]\n  bb:   *r\n  # below\nclasses:   *w\n",
      after: "backbone:\n  a:  &r [-1, 1, Conv, [&w 8, 3]]\n  bb: *r\n  # below\nclasses: *w\n"),
    Case(
      testDescription: "anchors in mappings, in lists of lines and before what needs quotes",
      before:
        "classes: 3\nbackbone:\n  a: [-1,1,Conv,&k {c2: 8}]\n  b: [-1,1,Conv,*k]\n  c:\n    - -1\n    - 1\n    - Conv\n    - - &m max(8, 4)\n      - *m\n",
      after:
        "classes: 3\n\nbackbone:\n  a: [-1, 1, Conv, &k {c2: 8}]\n  b: [-1, 1, Conv, *k]\n  c: [-1, 1, Conv, [&m 'max(8, 4)', *m]]\n"
    ),
    Case(
      testDescription: "an anchor before lines stays with its section",
      before: "classes:   3\nbackbone: &b\n  a: [-1,1,Conv,[8]]\nneck:   *b\n",
      after: "classes: 3\nbackbone: &b\n  a: [-1,1,Conv,[8]]\nneck: *b\n"),
    Case(
      testDescription: "words in quotes are no aliases",
      before: "backbone:\n  a: [-1, 1, Conv, ['*w',  \"&w\"]]\nclasses: 3\n",
      after: "classes: 3\n\nbackbone:\n  a: [-1, 1, Conv, ['*w', \"&w\"]]\n"),
    Case(
      testDescription: "document markers stay",
      before: "%YAML 1.1\n---\nclasses:   3\nbackbone: {a: [-1,1,Conv,[8]]}\n",
      after: "%YAML 1.1\n---\nclasses: 3\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"),
    Case(
      testDescription: "Windows line ends become plain ones",
      before: "classes: 3  # c\r\nbackbone:\r\n  a: [-1, 1, Conv, [8]]\r\n",
      after: "classes: 3  # c\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"),
    Case(
      testDescription: "a model in braces becomes lines",
      before: "{classes: 3, backbone: {a: [-1,1,Conv,[8]]}}",
      after: "classes: 3\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"),
    Case(
      testDescription: "a section without rows stays",
      before: "classes: 3\nneck:   # none\nbackbone:\n  a: [-1, 1, Conv, [8]]\n",
      after: "classes: 3\nneck:  # none\n\nbackbone:\n  a: [-1, 1, Conv, [8]]\n"),
  ])
  func aTextHasOneLayout(_ example: Case) throws {
    let formatted = try format(example.before)
    #expect(formatted == example.after)
    #expect(try format(formatted) == formatted)
  }

  struct Stay: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var stays: [String]
  }

  @Test(arguments: [
    Stay(testDescription: "nothing", text: "classes: 3\nbackbone:\n  a: &r [-1, 1, Conv, [8]]\n  b: *r\n", stays: []),
    Stay(
      testDescription: "an anchor before lines", text: "classes: 3\nbackbone: &b\n  a: [-1, 1, Conv, [8]]\n",
      stays: ["2 backbone: an anchor that is not before a list in brackets"]),
    Stay(
      testDescription: "a tag and comments", text: "classes: [a, # b\n  c]\nbackbone: !!map\n  a: [-1, 1, Conv, [8]]\n",
      stays: ["1 classes: comments between the items of a list", "3 backbone: a tag"]),
    Stay(
      testDescription: "a long text", text: "name: 'a\n  b'\nclasses: 3\nbackbone:\n  a: [-1, 1, Conv, [8]]\n",
      stays: ["1 name: a text over several lines"]),
  ])
  func whatStaysIsNamed(_ example: Stay) throws {
    let yaml = try parseYAML(SourceFile(name: "m.yaml", text: example.text))
    #expect(
      unformattedSections(of: yaml).map { "\($0.key.range.startLine) \($0.key.value): \($0.reason)" } == example.stays)
  }

  @Test func longListsOfClassesAreFilledToTheWidthOfAPage() throws {
    let names = (0..<60).map { "class_\($0)" }
    let text = try format("classes: [\(names.joined(separator: ","))]\nbackbone:\n  a: [-1, 1, Conv, [8]]\n")
    let lines = text.split(separator: "\n")
    #expect(lines[0] == "classes: [" && lines[1].hasPrefix("  class_0, class_1,"))
    #expect(lines.allSatisfy { $0.count <= 120 })
    #expect(lines[1].count > 100)
    #expect(try format(text) == text)
  }

  // MARK: What never changes

  static let models: [URL] = {
    let zoo = (try? FileManager.default.contentsOfDirectory(at: Fixtures.models, includingPropertiesForKeys: nil)) ?? []
    let others = ["Tests/Fixtures/models/gelan-n.yaml", "Tests/CompilerTests/Golden/mutations/own-blocks.yaml"]
    return (zoo.filter { $0.pathExtension == "yaml" } + others.map(Fixtures.root.appendingPathComponent)).sorted {
      $0.path < $1.path
    }
  }()

  @Test func theZooIsFormatted() throws {
    #expect(Self.models.count >= 12)
    for url in Self.models where url.path.contains("models-yaml") {
      let source = try Fixtures.source(url)
      #expect(try formatModel(try parseYAML(source)) == source.text(0..<source.bytes.count), "\(url.lastPathComponent)")
    }
  }

  @Test(arguments: models)
  func disorderIsUndoneWithoutLoss(_ url: URL) throws {
    let original = try String(contentsOf: url, encoding: .utf8)
    let graph = try Fixtures.graph(original)
    for seed in 0..<12 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let (text, comments) = disordered(original, &generator)
      let formatted = try format(text)
      let context: Comment = "seed \(seed) of \(url.lastPathComponent):\n\(text)"
      #expect(try format(formatted) == formatted, context)
      let again = try Fixtures.graph(formatted)
      #expect(again.nodes == graph.nodes && again.outputs == graph.outputs && again.rows == graph.rows, context)
      for comment in comments {
        let holders = formatted.split(separator: "\n").filter { $0.contains(comment) }
        #expect(holders.count == 1, "\(comment) of \(context)")
      }
    }
  }

  /// The text with random comments, empty lines, spaces and line breaks inserted.
  private func disordered(_ text: String, _ generator: inout SeededGenerator) -> (String, comments: [String]) {
    var comments: [String] = []
    var lines: [String] = []
    func newComment() -> String {
      comments.append("# note \(comments.count): [odd, {text")
      return comments[comments.count - 1]
    }
    for line in text.components(separatedBy: "\n") {
      let isRow = line.hasPrefix("  ") && line.contains(": [") && !line.contains("\"")
      if generator.chance(0.1) {
        lines.append(String(repeating: " ", count: generator.integer(in: 0...5)) + newComment())
      }
      if generator.chance(0.1) { lines += Array(repeating: "  ", count: generator.integer(in: 1...3)) }
      var line = line
      if isRow, generator.chance(0.5) {
        line = line.replacingOccurrences(of: ", ", with: generator.pick([",", ",  ", " , "]))
          .replacingOccurrences(of: "[", with: generator.pick(["[", "[ "]))
      }
      if isRow, generator.chance(0.2), let comma = line.firstIndex(of: ",") {
        let rest = line[line.index(after: comma)...]
        line = line[...comma] + (generator.chance(0.5) ? " " + newComment() : "") + "\n       " + rest
      }
      // A comment extends to the end of its line, so it is inserted only where there is no other.
      if !line.isEmpty, !line.contains("#"), generator.chance(0.15) { line += "   " + newComment() }
      if generator.chance(0.1) { line += "   " }
      lines.append(line)
    }
    return (lines.joined(separator: "\n"), comments)
  }
}
