import Compiler
import Diagnostics
import Files
import GelanCompiler
import ModelSyntax

extension Command {
  static let fmt = Command(
    name: "fmt", summary: "bring model files into their one layout", operands: "FILE...", operandCount: 1...10_000,
    options: [Option("--check", help: "change nothing; list the files that would change and exit with 1")],
    details: """
      Rows of a section start in one column, lists have one spacing, settings come first and sections last. Comments
      stay, and so do single empty lines between groups. Nothing but the layout changes: a file is only written after
      the new text was read and found to say the same. A section that cannot be laid out without loss is named and left
      as it is. Files of other dialects are left alone; 'gelan convert' makes native ones of them.

      example: gelan fmt --check models-yaml/*.yaml
      """
  ) { arguments in
    let isCheck = arguments.isSet("--check")
    var hasFailed = false
    for path in arguments.operands {
      let source = try readSource(path)
      let yaml: YAMLNode
      do throws(CompileFailure) {
        yaml = try parseYAML(source)
        guard try isNative(yaml) else {
          Terminal.note("gelan: \(path) is not in the native dialect; 'gelan convert' makes a native file of it")
          hasFailed = true
          continue
        }
      } catch {
        Terminal.report(error.diagnostics)
        hasFailed = true
        continue
      }
      for (key, reason) in unformattedSections(of: yaml) {
        Terminal.note("\(path):\(key.range.startLine): '\(key.value)' stays as it is: it has \(reason)")
      }
      let text = try formatModel(yaml)
      guard Array(text.utf8) != source.bytes else { continue }
      if isCheck {
        Terminal.print(path)
        hasFailed = true
        continue
      }
      do throws(FileError) {
        try writeFileAtomically(path: path, text: text)
      } catch {
        throw CommandFailure.file(error.description)
      }
      Terminal.note("formatted \(path)")
    }
    if hasFailed { throw CommandFailure.input }
  }

  /// Whether a file is a model of the native dialect, or a file of blocks that such models include.
  private static func isNative(_ yaml: YAMLNode) throws(CompileFailure) -> Bool {
    if isBlockFile(yaml) {
      _ = try readBlockFile(yaml, loader: .files)
      return true
    }
    return try readModel(yaml, library: .standard, loader: .files).value.refusingFaults().dialect == .native
  }
}
