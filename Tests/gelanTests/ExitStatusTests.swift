import Foundation
import TestSupport
import Testing

/// The exit statuses that scripts rely on, and the words that go with them.
@Suite struct ExitStatusTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let words: String
    let status: Int32
    let says: String
    var testDescription: String { words }
  }

  static let cases = [
    Case(words: "--help", status: 0, says: "commands:"),
    Case(words: "compile --help", status: 0, says: "--random-weights SEED"),
    Case(words: "help detect", status: 0, says: "--conf P"),
    Case(words: "help", status: 0, says: "commands:"),
    Case(words: "help --help", status: 0, says: "commands:"),
    Case(words: "help detcet", status: 2, says: "did you mean 'detect'?"),
    Case(words: "completions basch", status: 2, says: "bash, fish, zsh"),
    Case(words: "", status: 2, says: "usage: gelan COMMAND"),
    Case(words: "chekc models-yaml/gelan-t.yaml", status: 2, says: "did you mean 'check'?"),
    Case(words: "info", status: 2, says: "FILE is missing"),
    Case(words: "info a b", status: 2, says: "unexpected 'b'"),
    Case(words: "info --jsno models-yaml/gelan-t.yaml", status: 2, says: "did you mean '--json'?"),
    Case(words: "info --input 640y2 models-yaml/gelan-t.yaml", status: 2, says: "not '640y2'"),
    Case(words: "info --input 99999999999999999999 models-yaml/gelan-t.yaml", status: 2, says: "--input is a size"),
    Case(words: "info --input 99968x32 models-yaml/gelan-t.yaml", status: 2, says: "sides go from 1 to 32768"),
    Case(words: "compile x.yaml -o --x.plan", status: 2, says: "before '--x.plan'; if that is it, -o=--x.plan"),
    Case(words: "bench x.plan --threads --layers", status: 2, says: "'--threads' needs a value, N, before '--layers'"),
    Case(words: "info models-yaml/gelan-t.yaml --input", status: 2, says: "'--input' needs a value"),
    Case(words: "bench x.plan --kernels --json", status: 2, says: "'--kernels' needs a value, "),
    Case(words: "bench x.plan --kernels --json=1", status: 2, says: "before '--json=1'"),
    Case(words: "compile x.yaml -o --portable", status: 2, says: "'-o' needs a value, PLAN, before '--portable'"),
    Case(words: "compile x.yaml -o --", status: 2, says: "'-o' needs a value, PLAN, before '--'; if that is it, -o=--"),
    Case(words: "compile x.yaml -o =--portable", status: 2, says: "give the weights"),
    Case(words: "info x -o y", status: 2, says: "has no option '-o'; 'compile', "),
    Case(words: "compile x.yaml -o -portable", status: 2, says: "give the weights"),
    Case(words: "show x.plan --precision fp32", status: 2, says: "--precision has no meaning without --form lowered"),
    Case(words: "compile x.yaml --precision bf16", status: 2, says: "; 'run', 'detect', 'val'"),
    Case(words: "compile x.yaml --shard 1/2", status: 2, says: "; 'detect' has it"),
    Case(words: "compile models-yaml/gelan-t.yaml", status: 2, says: "-o PLAN is missing"),
    Case(words: "compile models-yaml/gelan-t.yaml -o /nowhere/x.plan", status: 2, says: "give the weights"),
    Case(words: "compile models-yaml/gelan-t.yaml -o /nowhere/x.plan --random-weights 1", status: 3, says: "/nowhere"),
    Case(words: "info no-such-file.yaml", status: 3, says: "no-such-file.yaml"),
    Case(words: "info models-yaml", status: 3, says: "it is a directory"),
    Case(words: "info README.md", status: 1, says: "error["),
    Case(words: "info models-yaml/gelan-t.yaml --input 650", status: 1, says: "multiples of 32"),
    Case(words: "bench models-yaml/gelan-t.yaml", status: 1, says: "not a safetensors file"),
    Case(words: "bench no-such.plan", status: 3, says: "no-such.plan"),
    Case(words: "bench no-such.plan --kernels axv2", status: 2, says: "did you mean 'avx2'?"),
    Case(words: "val --data x --detections y --kernels avx2", status: 2, says: "'--kernels' has no meaning"),
    Case(words: "val --data x --detections y --precision bf16", status: 2, says: "'--precision' has no meaning"),
    Case(
      words: "val x.plan --data x --precision half", status: 2, says: "--precision is one of fp32, bf16, not 'half'"),
    Case(words: "bench Tests/Fixtures/golden/mini-c.io.safetensors", status: 1, says: "'gelan compile' writes plans"),
    Case(words: "show Tests/Fixtures/golden/mini-c.yaml --form plam", status: 2, says: "did you mean 'plan'?"),
  ]

  @Test(arguments: cases) func statusAndWords(_ example: Case) throws {
    let words = example.words.split(separator: " ").map(String.init)
    let result = try Tool.run(words)
    #expect(result.status == example.status)
    #expect((result.output + result.errors).contains(example.says), "\(result.output)\(result.errors)")
  }

  @Test func colourIsForTerminalsAlone() throws {
    let result = try Tool.run("info", "README.md")
    #expect(!result.errors.contains("\u{1B}["))
  }
}
