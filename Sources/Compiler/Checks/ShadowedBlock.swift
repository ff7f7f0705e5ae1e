import Diagnostics
import ModelSyntax

extension Check {
  /// A block that replaces another one of the same name: a standard block, or one from another file.
  package static let shadowedBlock = Check.ofForm(.shadowedBlock) { model in
    var earlier: [String: BlockDeclaration] = [:]
    return model.blocks.compactMap { block in
      let name = block.name.value
      let other = earlier.updateValue(block, forKey: name) ?? BlockLibrary.standard[name]
      guard let other else { return nil }
      let isStandard = BlockLibrary.standard[name].map { $0.name.range == other.name.range } ?? false
      return Diagnostic(
        .shadowedBlock, severity: .warning,
        isStandard
          ? "the block '\(name)' replaces the standard one"
          : "the block '\(name)' replaces the one in \(other.name.range.file.name)",
        at: block.name.range, secondary: isStandard ? [] : [Diagnostic.Label(other.name.range, "the other one")],
        notes: isStandard ? ["standard blocks that use '\(name)' keep the standard one"] : [],
        help: ["give it another name, unless this is intended"])
    }
  }
}
