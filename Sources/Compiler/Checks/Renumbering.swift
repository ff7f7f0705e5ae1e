import Diagnostics
import ModelIR
import ModelSyntax

/// The correction of a list file whose indices are off by one from some value on, because a row was inserted or removed
/// and the indices were not renumbered.
///
/// It is found by trial: the indices from some value on are shifted by one and, if every row then reads earlier rows
/// and is read itself, the model is elaborated again, up to its first error. A shift after which every shape fits and
/// no check warns is the most probable correction.
package struct Renumbering: Sendable {
  /// The smallest index that has to change.
  package let threshold: Int
  /// 1 after an insertion, -1 after a removal.
  package let shift: Int
  package let edits: [Diagnostic.Edit]

  /// In graphs that read more rows by index, such as yolov9-e, a shift of too many indices may fit as well, since
  /// CBFuse combines maps of any size.
  private static let maximumIndices = 16

  /// The first renumbering, by the smallest index that it changes, that corrects everything; `nil` when there is none.
  package static func find(_ model: ModelDeclaration) -> Renumbering? {
    guard model.dialect.hasListRows, model.faults.isEmpty else { return nil }
    let used = Set(model.rows.flatMap(\.layer.from.indices).filter { $0 >= 0 }).sorted()
    // An index that is off by more than one is another mistake.
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
    let change = shift > 0 ? "add 1 to" : "subtract 1 from"
    let count = edits.count == 1 ? "the index" : "the \(edits.count) indices"
    return Diagnostic.FixIt("\(change) \(count) from \(threshold) on; then everything fits", edits)
  }

  /// One warning that replaces all the warnings that it explains.
  var warning: Diagnostic? {
    guard let first = edits.first else { return nil }
    let happened = shift > 0 ? "inserted" : "removed"
    return Diagnostic(
      .staleIndex, severity: .warning,
      "the indices from \(threshold) on are off by one, as after a row was \(happened) before them", at: first.range,
      label: "should be \(first.text)",
      secondary: edits.dropFirst().prefix(8).map { Diagnostic.Label($0.range, "should be \($0.text)") },
      notes: ["the official code still builds the model, with other connections than were intended"],
      fixIts: [fixIt])
  }
}

extension ModelDeclaration {
  /// Whether each row reads only earlier rows and each row but the last is read.
  fileprivate var isChained: Bool {
    var isRead = [Bool](repeating: false, count: rows.count)
    for (row, declaration) in rows.enumerated() {
      for written in declaration.layer.from.indices {
        let source = written < 0 ? row + written : written
        // Row 0 reads the image as -1.
        if row == 0, written == -1 { continue }
        guard (0..<row).contains(source) else { return false }
        isRead[source] = true
      }
    }
    return isRead.dropLast().allSatisfy(\.self)
  }
}

extension Expression {
  /// The rows that the source of a row refers to by number.
  fileprivate var indices: [Int] {
    if case .list(let items) = kind { return items.flatMap(\.indices) }
    return [constantInteger].compactMap(\.self)
  }

  /// The source of a row with its indices from a value on shifted; each change is appended to `edits`.
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
