import ModelSyntax

/// Determines the argument of the author's row that caused an error deep inside standard blocks.
///
/// An error starts with the names of the failing expression, or with a primitive's parameter. On its way out through
/// each block the names are replaced by the block's parameters they derive from, and these by the names in the
/// arguments of the caller, until an argument is reached that the author can edit.
extension ElaborationFailure {
  /// Replaces the blamed names of a block's body by the parameters that they derive from.
  func blamingParameters(of block: BlockDeclaration) -> ElaborationFailure {
    mapped { fault in
      fault.blamed = block.parameters(behind: fault.blamed)
    }
  }

  /// Replaces the blamed parameters by the names in the arguments of the row.
  func blaming(_ bound: Elaborator.BoundArguments, of layer: LayerDeclaration) -> ElaborationFailure {
    mapped { fault in
      var given = fault.blamed.filter { bound.expressions[$0] != nil }
      if given.count > 1, let culprit = fault.culprit {
        let exact = given.filter { bound.values[$0] == culprit }
        if exact.count == 1 { given = exact }
      }
      if fault.subject != nil, fault.isHandedOn, fault.blamed.count == 1 {
        fault.subject = (layer.block.value, fault.blamed[0])
      }
      let isOwn = layer.range.file !== BlockLibrary.standardSource
      if fault.reader != nil, fault.frames.allSatisfy({ $0.handsInputOn }) { fault.reader = layer.block.value }
      let expressions = given.compactMap { bound.expressions[$0] }
      if isOwn {
        if fault.argument == nil, expressions.count == 1 { fault.argument = expressions[0].range }
        fault.isHandedOn = false
      }
      if expressions.count != 1 || !expressions[0].isName { fault.isHandedOn = false }
      fault.blamed = expressions.flatMap(\.names).map(\.name)
    }
  }
}

extension ElaborationFailure.Frame {
  /// Whether it is an entry of a standard block that reads the block's own input.
  fileprivate var handsInputOn: Bool {
    if case .name("x") = layer.from.kind { layer.range.file === BlockLibrary.standardSource } else { false }
  }
}

extension BlockDeclaration {
  /// The parameters that names of the block's body derive from, through its `let` bindings.
  fileprivate func parameters(behind names: [String]) -> [String] {
    var found: [String] = []
    var open = names
    // Each name is looked up once; bindings only use earlier ones.
    var seen: Set<String> = []
    while let written = open.popLast() {
      let name = String(written.prefix { $0 != "." })
      guard seen.insert(name).inserted else { continue }
      if parameters.contains(where: { $0.name.value == name }) {
        found.append(name)
      } else if let binding = bindings.first(where: { $0.name.value == name }) {
        open += binding.value.names.map(\.name)
      }
    }
    return found
  }
}

extension Expression {
  fileprivate var isName: Bool { if case .name = kind { true } else { false } }
}
