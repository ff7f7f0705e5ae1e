import Diagnostics
import ModelSyntax

extension CompileFailure {
  /// Adds a note about `width_multiple` to every channel mismatch that it alone causes.
  func explainedByWidthMultiple(
    of model: ModelDeclaration, library: BlockLibrary, input: InputSize?
  ) -> CompileFailure {
    let codes: Set<DiagnosticCode> = [.channelMismatch, .channelsNotDivisible]
    guard let multiple = model.multipliers["width_multiple"], multiple.value != 1,
      diagnostics.contains(where: { codes.contains($0.code) })
    else { return self }
    var remaining: [Diagnostic] = []
    do throws(CompileFailure) {
      _ = try elaborate(model.withoutWidthMultiple, library: library, input: input)
    } catch {
      remaining = error.diagnostics
    }
    return CompileFailure(
      diagnostics.map { diagnostic in
        let stays = remaining.contains {
          $0.code == diagnostic.code && $0.primary.range == diagnostic.primary.range
        }
        guard codes.contains(diagnostic.code), !stays else { return diagnostic }
        var explained = diagnostic
        explained.secondary.append(Diagnostic.Label(multiple.range, "the multiple"))
        explained.notes.append(
          "width_multiple is \(multiple.range.text); with 1 this fits, since it scales the first argument of some modules "
            + "and no other width")
        return explained
      })
  }
}
