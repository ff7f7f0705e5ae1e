import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import gelan

/// The completion scripts follow the table of commands.
@Suite struct CompletionTests {
  private static let shells = ["bash", "zsh", "fish"]

  @Test(arguments: shells) func everyCommandAndOptionOccurs(_ shell: String) throws {
    let result = try Tool.run("completions", shell)
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n").map(String.init)
    for command in Command.all {
      #expect(words(lines).contains(command.name))
      let own = part(of: command.name, in: lines, shell: shell)
      for name in command.allOptions.flatMap(\.names) {
        #expect(words(own).contains(spelling(of: name, shell: shell)), "\(command.name) \(name)")
      }
      for choice in command.options.compactMap(\.choices).joined() {
        #expect(words(own).contains(choice), "\(command.name) \(choice)")
      }
    }
  }

  /// The lines about one command.
  private func part(of command: String, in lines: [String], shell: String) -> [String] {
    switch shell {
    case "zsh": Array(lines.drop { $0 != "    \(command))" }.dropFirst().prefix { !$0.hasSuffix(")") })
    case "fish": lines.filter { $0.contains("seen_subcommand_from \(command)'") }
    default: lines.filter { $0.contains("\"\(command) ") }
    }
  }

  private func words(_ lines: [String]) -> Set<String> {
    Set(lines.joined(separator: " ").split { " '(){},[\":".contains($0) }.map(String.init))
  }

  private func spelling(of name: String, shell: String) -> String {
    shell == "fish" ? String(name.drop { $0 == "-" }) : name
  }

  struct Call: Sendable, CustomTestStringConvertible {
    /// The words before the one to complete, which begins with the last.
    let words: [String]
    let offers: [String]
    var testDescription: String { words.joined(separator: " ") }
  }

  static let calls = [
    Call(words: ["gelan", "com"], offers: ["compile", "completions"]),
    Call(words: ["gelan", "check", "--form"], offers: ["--format"]),
    Call(words: ["gelan", "check", "--format", ""], offers: ["text", "json", "sarif", "github"]),
    Call(words: ["gelan", "check", "--format", "=", "s"], offers: ["sarif"]),
    Call(words: ["gelan", "compile", "-"], offers: Command.compile.allOptions.flatMap(\.names)),
    Call(words: ["gelan", "compile", "-o", ""], offers: []),
    Call(words: ["gelan", "info", "--input", ""], offers: []),
    Call(words: ["gelan", "info", ""], offers: []),
    Call(words: ["gelan", "val", "--kernels", ""], offers: ["baseline", "avx2", "avx512", "avx512-paired"]),
    Call(words: ["gelan", "explain", "shape"], offers: ["shape-mismatch"]),
    Call(words: ["gelan", "blocks", "RepNCSP"], offers: ["RepNCSP", "RepNCSPELAN4"]),
    Call(words: ["gelan", "blocks", "space"], offers: ["space_to_depth"]),
    Call(
      words: ["gelan", "show", "--form", ""],
      offers: ["source", "parameters", "elaborated", "inference", "plan", "lowered"]),
    Call(words: ["gelan", "diff", "--set-"], offers: ["--set-a", "--set-b"]),
    Call(words: ["gelan", "completions", ""], offers: ["bash", "zsh", "fish"]),
    Call(words: ["gelan", "help", "det"], offers: ["detect"]),
  ]

  private static let bashPath = "/bin/bash"

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: bashPath), "there is no bash"), arguments: calls)
  func bashOffersWhatFits(_ call: Call) throws {
    #expect(try offers(call.words) == call.offers)
  }

  /// The tool itself says which parameters a model has.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: bashPath), "there is no bash"),
    arguments: ["--set", "--set-b"])
  func bashOffersTheParametersOfTheModel(_ option: String) throws {
    let tool = Tool.path
    let model = Fixtures.models.appendingPathComponent("gelan-scalable.yaml").path
    #expect(try offers([tool, "diff", model, option, "w"]) == ["width="])
    #expect(try offers([tool, "diff", "--json", option, ""]).isEmpty)
  }

  /// What bash offers for the last of the words.
  private func offers(_ words: [String]) throws -> [String] {
    let script = """
      \(CompletionScript.bash)
      COMP_WORDS=(\(words.map { $0.shellQuoted }.joined(separator: " ")))
      COMP_CWORD=\(words.count - 1)
      _gelan
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.bashPath)
    process.arguments = ["-u", "-c", script]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return output.split(separator: "\n").map(String.init)
  }

  @Test func quotesInTextStayText() {
    #expect("the file's".shellQuoted == "'the file'\\''s'")
    #expect(CompletionScript.zsh.contains("in place of the file'\\''s"))
    #expect(CompletionScript.fish.contains("in place of the file\\'s"))
  }
}
