import ModelSyntax

/// The parameters of a block, as needed to call it.
package struct BlockSignature: Sendable {
  package struct Parameter: Sendable {
    package let name: String
    /// The default as source text; `nil` when the argument is required.
    package let defaultText: String?
  }

  package let name: String
  package let summary: String
  package let parameters: [Parameter]

  /// The minimum number of arguments in a list.
  package var requiredCount: Int { (parameters.lastIndex { $0.defaultText == nil } ?? -1) + 1 }
}

extension BlockLibrary {
  /// The blocks in the order of their definition, followed by the compiler's primitives.
  package var signatures: [BlockSignature] {
    let defined = names.compactMap { self[$0] }.map { block in
      BlockSignature(
        name: block.name.value, summary: block.summary,
        parameters: block.parameters.map {
          BlockSignature.Parameter(name: $0.name.value, defaultText: $0.defaultValue?.description)
        })
    }
    let builtIn = primitives.filter { self[$0.name] == nil }.map { primitive in
      BlockSignature(
        name: primitive.name, summary: "A primitive of the compiler, from which blocks are built.",
        parameters: primitive.parameters.map {
          BlockSignature.Parameter(name: $0.name, defaultText: $0.defaultValue?.description)
        })
    }
    return defined + builtIn
  }
}
