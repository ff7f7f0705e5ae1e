extension SourceFile {
  /// Applies fix-its to the text; returns the new text and the number of fix-its that were applied.
  ///
  /// A fix-it is applied as a whole or not at all. One whose edits overlap an earlier one's, or belong to another file,
  /// is skipped.
  package func applying(_ fixIts: [Diagnostic.FixIt]) -> (bytes: [UInt8], applied: Int) {
    var accepted: [Diagnostic.Edit] = []
    var applied = 0
    for fixIt in fixIts {
      let isPossible = fixIt.edits.allSatisfy { edit in
        edit.range.file === self && edit.range.upper <= bytes.count
          && accepted.allSatisfy { edit.range.upper <= $0.range.lower || edit.range.lower >= $0.range.upper }
      }
      guard isPossible, !fixIt.edits.isEmpty else { continue }
      accepted += fixIt.edits
      applied += 1
    }
    var result = bytes
    // Edits are applied from the end of the file, so that the offsets of earlier ones stay valid.
    for edit in accepted.sorted(by: { $0.range.lower > $1.range.lower }) {
      result.replaceSubrange(edit.range.lower..<edit.range.upper, with: edit.text.utf8)
    }
    return (result, applied)
  }
}
