extension SourceFile {
  /// The text after the edits of these fix-its, and how many of them were applied.
  ///
  /// A fix-it is applied whole or not at all: one whose edits touch what an earlier one changes is left out, and so is one
  /// that edits another file.
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
    // From the end, so that the places of earlier edits stay true.
    for edit in accepted.sorted(by: { $0.range.lower > $1.range.lower }) {
      result.replaceSubrange(edit.range.lower..<edit.range.upper, with: edit.text.utf8)
    }
    return (result, applied)
  }
}
