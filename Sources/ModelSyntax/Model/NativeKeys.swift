/// The keys of a model in the native dialect.
///
/// The reader refuses all others, and the JSON Schema describes these.
package enum ModelKey: String, Sendable, CaseIterable {
  case name, classes, input, channels, activation, parameters, include, blocks
  case backbone, neck, auxiliary, heads

  /// A description of the key for authors of models.
  package var summary: String {
    switch self {
    case .name: "The model's name; the file's name unless it is given."
    case .classes: "The number of classes, or their names as a list."
    case .input: "The input size that counts and plans assume: one number, or [height, width]. 640 unless it is given."
    case .channels: "The number of channels of the input image; 3 unless it is given."
    case .activation: "The activation function of blocks that do not name their own; SiLU unless it is given."
    case .parameters: "Numbers and words that rows may use by name, each with its value; --set overrides them."
    case .include: "A file of blocks, or a list of them, relative to this file."
    case .blocks: "Blocks of the model's own, by name, in the language of the standard blocks."
    case .backbone: "Rows from the input image to the feature maps that the neck reads."
    case .neck: "Rows that combine feature maps of different sizes."
    case .auxiliary: "Rows that only training needs; inference drops them."
    case .heads: "Rows that make predictions; the model returns the result of the last one."
    }
  }
}

/// The keys of a file of blocks, which models include.
package enum BlockFileKey: String, Sendable, CaseIterable {
  case include, blocks

  /// A description of the key for authors of blocks.
  package var summary: String {
    switch self {
    case .include:
      "Another file of blocks, or a list of them, relative to this file; this file's blocks take precedence."
    case .blocks: "Blocks by name, in the language of the standard blocks."
    }
  }
}

/// The keys of a block's definition.
package enum BlockKey: String, Sendable, CaseIterable {
  case summary, parameters
  case bindings = "let"
  case body, result, auxiliary
  case listDialect = "list_dialect"

  /// A description of the key for authors of blocks.
  package var summary: String {
    switch self {
    case .summary: "What the block does, in one sentence."
    case .parameters: "The parameters in order, each with its default, or with the word required."
    case .bindings: "Named values that the body uses."
    case .body: "Entries, which are rows as in a model; an entry's name is the scope of its weights. x is the input."
    case .result: "The block's value; the last entry's unless it is given."
    case .auxiliary: "Values that only training needs."
    case .listDialect: "How the official list dialect uses the block, where that differs from its parameters."
    }
  }
}

/// The keys of a block's rules for the list dialect.
package enum ListDialectKey: String, Sendable, CaseIterable {
  case scalesWidth = "scales_width"
  case takesNumber = "takes_number"
  case parameters
  case ignoresArguments = "ignores_arguments"

  /// A description of the rule.
  package var summary: String {
    switch self {
    case .scalesWidth: "Whether the first argument is an output width, which width_multiple scales."
    case .takesNumber: "Whether the row's number is the second argument instead of the number of repetitions."
    case .parameters: "The positional parameters of the official constructor, with c1 for the input channels."
    case .ignoresArguments: "Whether the row's arguments are ignored."
    }
  }
}
