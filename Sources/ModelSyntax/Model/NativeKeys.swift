/// The keys of a model in the native dialect.
///
/// The reader refuses all others, and the JSON Schema describes these.
package enum ModelKey: String, Sendable, CaseIterable {
  case name, classes, input, channels, activation, parameters, include, blocks
  case backbone, neck, auxiliary, heads

  /// What stands under the key, for people who write a model.
  package var summary: String {
    switch self {
    case .name: "The model's name; the file's name unless it is given."
    case .classes: "The number of classes, or their names as a list."
    case .input: "The input size that counts and plans assume: one number, or [height, width]. 640 unless it is given."
    case .channels: "The channels of the input image; 3 unless it is given."
    case .activation: "The activation function of blocks that name none of their own; SiLU unless it is given."
    case .parameters: "Numbers and words that rows may use by name, each with its value; --set gives others."
    case .include: "A file of blocks, or a list of them, relative to this file."
    case .blocks: "Blocks of the model's own, by name, in the language of the standard blocks."
    case .backbone: "Rows from the picture to the maps that the neck joins."
    case .neck: "Rows that join maps of different sizes."
    case .auxiliary: "Rows that only training needs; inference drops them."
    case .heads: "Rows that make predictions; the model returns what the last one makes."
    }
  }
}

/// The keys of a file of blocks, which models include.
package enum BlockFileKey: String, Sendable, CaseIterable {
  case include, blocks

  /// What stands under the key, for people who write blocks.
  package var summary: String {
    switch self {
    case .include: "Another file of blocks, or a list of them, relative to this file; this file's blocks win."
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

  /// What stands under the key, for people who write a block.
  package var summary: String {
    switch self {
    case .summary: "What the block does, in one sentence."
    case .parameters: "The parameters in order, each with its default, or with the word required."
    case .bindings: "Names for values that the body uses several times."
    case .body: "Entries, which are rows as in a model; an entry's name is the scope of its weights. x is the input."
    case .result: "The block's value; the last entry's unless it is given."
    case .auxiliary: "Values that exist for training alone."
    case .listDialect: "How the official list dialect calls the block, where that differs from its own parameters."
    }
  }
}

/// The keys of a block's rules for the list dialect.
package enum ListDialectKey: String, Sendable, CaseIterable {
  case scalesWidth = "scales_width"
  case takesNumber = "takes_number"
  case parameters
  case ignoresArguments = "ignores_arguments"

  /// What the rule says.
  package var summary: String {
    switch self {
    case .scalesWidth: "Whether the first argument is an output width, which width_multiple scales."
    case .takesNumber: "Whether the row's number is the second argument and does not repeat the block."
    case .parameters: "The positional parameters of the official constructor, with c1 for the input channels."
    case .ignoresArguments: "Whether the row's arguments are ignored."
    }
  }
}
