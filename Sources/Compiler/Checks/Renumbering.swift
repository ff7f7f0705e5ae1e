import Diagnostics
import ModelIR
import ModelSyntax

/// What mends a list file whose indices are off by one after a place: a row was inserted there, or removed, and the
/// indices were not renumbered.
///
/// Found by trying: the indices from some value on are shifted by one, and the model is elaborated again, up to its first
/// fault, if every row reads earlier ones and is read itself. A shift after which every shape fits and nothing is doubtful
/// any more is what happened, as far as a file can tell.
package struct Renumbering: Sendable {
  /// The least index that has to change.
  package let threshold: Int
  /// 1 after an insertion, -1 after a removal.
  package let shift: Int
  package let edits: [Diagnostic.Edit]

  /// In graphs that read more rows by index, such as yolov9-e, a shift of too many indices may fit as well: CBFuse joins
  /// maps of any size.
  private static let maximumIndices = 16

  /// The first renumbering, by the least index that it changes, that mends everything; nothing when none does.
  package static func find(_ model: ModelDeclaration) -> Renumbering? {
    guard model.dialect.hasListRows, model.faults.isEmpty else { return nil }
    let used = Set(model.rows.flatMap(\.layer.from.indices).filter { $0 >= 0 }).sorted()
    // An index that is wrong by more than one is another mistake.
    guard used.count <= maximumIndices, let greatest = used.last, greatest <= model.rows.count else { return nil }
    for shift in [1, -1] {
      for threshold in used where threshold + shift >= 0 {
        var shifted = model
        var edits: [Diagnostic.Edit] = []
        for row in shifted.rows.indices {
          shifted.rows[row].layer.from = shifted.rows[row].layer.from.shiftingIndices(
            from: threshold, by: shift, &edits)
        }
        guard shifted.isChained else { continue }
        var elaborator = Elaborator(model: shifted, standardLibrary: .standard, requestedInput: nil)
        elaborator.maximumFaults = 1
        guard let graph = try? elaborator.elaborate() else { continue }
        let doubts = [Check.staleIndex, .deadRow, .levelOrder, .singleHead, .mixedGroups].flatMap {
          $0.run(shifted, graph)
        }
        if doubts.isEmpty { return Renumbering(threshold: threshold, shift: shift, edits: edits) }
      }
    }
    return nil
  }

  /// The renumbering as an edit of the file.
  package var fixIt: Diagnostic.FixIt {
    let change = shift > 0 ? "add 1 to" : "take 1 from"
    let count = edits.count == 1 ? "the index" : "the \(edits.count) indices"
    return Diagnostic.FixIt("\(change) \(count) from \(threshold) on; everything fits then", edits)
  }

  /// One warning in place of all the doubts that it explains.
  var warning: Diagnostic? {
    guard let first = edits.first else { return nil }
    let happened = shift > 0 ? "inserted" : "removed"
    return Diagnostic(
      .staleIndex, severity: .warning,
      "the indices from \(threshold) on are off by one, as after a row was \(happened) before them", at: first.range,
      label: "should be \(first.text)",
      secondary: edits.dropFirst().prefix(8).map { Diagnostic.Label($0.range, "should be \($0.text)") },
      notes: ["the official code builds the model all the same, with other rows joined than were meant"],
      fixIts: [fixIt])
  }
}

extension ModelDeclaration {
  /// Whether each row reads earlier rows alone and each row but the last is read.
  fileprivate var isChained: Bool {
    var isRead = [Bool](repeating: false, count: rows.count)
    for (row, declaration) in rows.enumerated() {
      for written in declaration.layer.from.indices {
        let source = written < 0 ? row + written : written
        // Row 0 reads the image by -1.
        if row == 0, written == -1 { continue }
        guard (0..<row).contains(source) else { return false }
        isRead[source] = true
      }
    }
    return isRead.dropLast().allSatisfy(\.self)
  }
}

extension Expression {
  /// The rows that the source of a row names by number.
  fileprivate var indices: [Int] {
    if case .list(let items) = kind { return items.flatMap(\.indices) }
    return [constantInteger].compactMap(\.self)
  }

  /// The source of a row with its indices from a value on shifted; each change is added to `edits`.
  fileprivate func shiftingIndices(from threshold: Int, by shift: Int, _ edits: inout [Diagnostic.Edit]) -> Expression {
    if case .list(let items) = kind {
      var shifted: [Expression] = []
      for item in items { shifted.append(item.shiftingIndices(from: threshold, by: shift, &edits)) }
      return Expression(.list(shifted), range)
    }
    guard let index = constantInteger, index >= threshold else { return self }
    edits.append(Diagnostic.Edit(range, String(index + shift)))
    return Expression(.integer(index + shift), range)
  }
}
