import Diagnostics
import ModelSyntax

extension Check {
  /// A class name that YAML 1.1 readers, including that of the official code, read as a truth value, a number or null.
  package static let ambiguousWord = Check.ofForm(.ambiguousWord) { model in
    model.ambiguousClassNames.map { name in
      let bare = name.value
      return Diagnostic(
        .ambiguousWord, severity: .warning, "YAML 1.1 readers do not read the class name '\(bare)' as a string",
        at: name.range,
        fixIts: [
          Diagnostic.FixIt("write \"\(bare)\", in quotes", [Diagnostic.Edit(name.range, "\"\(bare)\"")], isSafe: true)
        ])
    }
  }
}
