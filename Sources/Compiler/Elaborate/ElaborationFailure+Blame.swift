import ModelSyntax

/// Which argument of the row that a person wrote a fault deep inside standard blocks comes of.
///
/// A fault starts with the names of the failing expression, or with a primitive's parameter. On its way out through each
/// block the names become those of the block's parameters, and these the names in the arguments of its caller, until an
/// argument is reached that the person can edit.
extension ElaborationFailure {
  /// Puts the parameters that the blamed names of a block's body come of in their place.
  func blamingParameters(of block: BlockDeclaration) -> ElaborationFailure {
    mapped { fault in
      fault.blamed = block.parameters(behind: fault.blamed)
    }
  }

  /// Puts the names in a row's arguments in the place of the blamed parameters that they are given for.
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
  /// Whether it is an entry of a standard block that reads what the block reads.
  fileprivate var handsInputOn: Bool {
    if case .name("x") = layer.from.kind { layer.range.file === BlockLibrary.standardSource } else { false }
  }
}

extension BlockDeclaration {
  /// The parameters that names of the block's body come of, by way of `let`.
  fileprivate func parameters(behind names: [String]) -> [String] {
    var found: [String] = []
    var open = names
    // Every name is looked up once; bindings use earlier ones only.
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
