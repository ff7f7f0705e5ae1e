import Diagnostics
import ModelSyntax

extension [Diagnostic] {
  /// Explains an undefined name by a row whose name is already taken: a copied row whose name was not changed is one
  /// mistake.
  ///
  /// It does so only when there is one of each, so that the explanation is unambiguous.
  func explainingRepeatedRow(of model: ModelDeclaration) -> [Diagnostic] {
    let names = Set(model.rows.map(\.layer.name.range))
    let repeated = indices.filter { self[$0].code == .duplicateKey && names.contains(self[$0].primary.range) }
    let unknown = indices.filter { self[$0].code == .unknownName }
    guard repeated.count == 1, unknown.count == 1 else { return self }
    let (row, use) = (repeated[0], self[unknown[0]].primary.range)
    guard model.rows.contains(where: { $0.layer.from.range.contains(use) }) else { return self }
    var explained = self
    explained[row].secondary.append(Diagnostic.Label(use, "nothing has this name"))
    explained[row].fixIts.append(
      Diagnostic.FixIt("perhaps this row is '\(use.text)'", [Diagnostic.Edit(self[row].primary.range, use.text)]))
    explained.remove(at: unknown[0])
    return explained
  }
}
