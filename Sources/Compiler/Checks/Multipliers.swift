import Diagnostics
import ModelIR
import ModelSyntax

extension Check {
  /// A `width_multiple` other than 1, which scales only the first argument of some modules.
  package static let partialMultiplier = Check(code: .partialMultiplier) { model, _ in
    guard let width = model.multipliers["width_multiple"], width.value != 1 else { return [] }
    // Blocks with a scaled output width and other widths that the row must give.
    let unscaled = Set(model.rows.map(\.layer.block.value)).filter { name in
      guard let block = BlockLibrary.standard[name], block.listDialect.scalesWidth else { return false }
      return block.parameters.filter { $0.defaultValue == nil }.count > 1
    }
    guard !unscaled.isEmpty else { return [] }
    return [
      Diagnostic(
        .partialMultiplier, severity: .warning,
        "width_multiple scales only the output widths; the hidden ones of \(unscaled.sorted().joined(separator: ", ")) stay",
        at: width.range,
        notes: ["the model is therefore not a uniformly narrower one"],
        help: ["write the widths out, or scale them by a parameter in the native dialect"])
    ]
  }

  /// A `depth_multiple` other than 1 in a file where no row is repeated.
  package static let idleMultiplier = Check(code: .idleMultiplier) { model, _ in
    guard let depth = model.multipliers["depth_multiple"], depth.value != 1, !model.repeatsRows else { return [] }
    return [
      Diagnostic(
        .idleMultiplier, severity: .warning, "depth_multiple has no effect: no row's number is above 1",
        at: depth.range,
        notes: ["the depth of RepNCSPELAN4 is its last argument, which no multiplier scales"])
    ]
  }
}
