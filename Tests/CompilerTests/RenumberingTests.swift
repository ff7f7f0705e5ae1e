import Compiler
import Diagnostics
import Foundation
import ModelSyntax
import TestSupport
import Testing

/// A row inserted into a published model without renumbering: the offered edit restores the model.
@Suite struct RenumberingTests {
  /// A model, the row before which a new one is inserted, and that new row, which keeps the shape.
  static let insertions: [(model: String, before: Int, row: String)] = [
    ("gelan-t", 3, "[-1, 1, Conv, [32, 3, 1]]"), ("gelan-t", 9, "[-1, 1, Conv, [128, 3, 1]]"),
    ("gelan-c", 5, "[-1, 1, Conv, [512, 1, 1]]"), ("yolov9-t", 5, "[-1, 1, Conv, [64, 3, 1]]"),
    ("yolov9-c", 10, "[-1, 1, Conv, [512, 3, 1]]"),
  ]

  @Test(arguments: insertions)
  func theOfferedEditRenumbersWhatComesAfterAnInsertion(_ model: String, _ before: Int, _ row: String) throws {
    let source = try Fixtures.source(Fixtures.folder.appendingPathComponent("official/\(model).yaml"))
    let text = source.text(0..<source.bytes.count)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let rows = lines.indices.filter { lines[$0].contains("[") && lines[$0].contains("1, ") && lines[$0].contains("]") }
    lines.insert("   \(row),", at: rows[before])
    let damaged = SourceFile(name: "\(model).yaml", text: lines.joined(separator: "\n"))
    let declaration = try readModel(try parseYAML(damaged), library: .standard).value
    let renumbering = try #require(Renumbering.find(declaration))
    #expect(renumbering.shift == 1)

    let (bytes, applied) = damaged.applying([renumbering.fixIt])
    #expect(applied == 1)
    let mended = try readModel(try parseYAML(SourceFile(name: "m.yaml", bytes: bytes)), library: .standard).value
    // Every row reads what it read before: the same index, or one more where the source has moved. A row that read the
    // end of the stage before the new row may read the new row instead, which is the end of that stage now.
    let first = renumbering.threshold == before - 1 ? before - 1 : before
    let original = try readModel(try parseYAML(source), library: .standard).value
    for (index, row) in original.rows.enumerated() {
      let moved = mended.rows[index < before ? index : index + 1]
      let expected = indices(row.layer.from).map { $0 >= first ? $0 + 1 : $0 }
      #expect(indices(moved.layer.from) == expected, "row \(index)")
    }
  }

  @Test(arguments: insertions.map(\.model))
  func aModelInOrderIsLeftAlone(_ model: String) throws {
    let source = try Fixtures.source(Fixtures.folder.appendingPathComponent("official/\(model).yaml"))
    let declaration = try readModel(try parseYAML(source), library: .standard).value
    #expect(check(declaration, try elaborate(declaration, library: .standard)).isEmpty)
  }

  @Test(arguments: ["9223372036854775807", "-9223372036854775808", "[-1, [9223372036854775807]]", "4"])
  func anIndexOfNoRowIsNotRenumbered(_ from: String) throws {
    let text = """
      nc: 3
      backbone:
        - [-1, 1, Conv, [16, 3, 2]]
        - [-1, 1, Conv, [16, 3, 2]]
        - [\(from), 1, Conv, [16]]
      head:
        - [[1, 2], 1, Detect, [nc]]
      """
    let declaration = try readModel(try parseYAML(SourceFile(name: "m.yaml", text: text)), library: .standard).value
    #expect(throws: CompileFailure.self) { try elaborate(declaration, library: .standard) }
    #expect(Renumbering.find(declaration) == nil)
  }

  private func indices(_ from: ModelSyntax.Expression) -> [Int] {
    if case .list(let items) = from.kind { return items.compactMap(\.constantInteger) }
    return [from.constantInteger].compactMap { $0 }
  }
}
