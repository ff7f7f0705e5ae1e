import Diagnostics
import ModelSyntax

extension Check {
  /// A class name that YAML 1.1 readers, the official one among them, take for a truth value, a number or nothing.
  package static let ambiguousWord = Check.ofForm(.ambiguousWord) { model in
    model.ambiguousClassNames.map { name in
      let bare = name.value
      return Diagnostic(
        .ambiguousWord, severity: .warning, "YAML 1.1 readers do not take the class name '\(bare)' for a word",
        at: name.range,
        fixIts: [
          Diagnostic.FixIt("write \"\(bare)\", in quotes", [Diagnostic.Edit(name.range, "\"\(bare)\"")], isSafe: true)
        ])
    }
  }
}
