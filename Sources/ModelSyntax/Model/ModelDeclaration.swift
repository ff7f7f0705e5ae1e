import Diagnostics

/// A model file as it was written: settings, blocks of its own and rows. No name is resolved and nothing is computed.
///
/// Every dialect becomes this one value. What the official list dialect leaves implicit (scaled widths, inserted
/// repeats) is already written out.
package struct ModelDeclaration: Sendable {
  package enum Dialect: String, Sendable {
    /// Sections of named rows that refer to each other by name.
    case native
    /// `backbone` and `head` as lists of rows that refer to each other by index, as in the official code.
    case list
    /// The rows of the list dialect with the rules of Ultralytics.
    case ultralytics
    /// Sections of layers under the names of their modules, as in the MIT-licensed YOLO.
    case mit

    /// Whether rows are written as lists that refer to each other by index, from 0.
    package var hasListRows: Bool { self == .list || self == .ultralytics }
  }

  /// A part of a file that gives names to things.
  package enum Part: Sendable {
    /// Rows and parameters.
    case values
    case blocks
  }

  package enum Classes: Sendable {
    case count(Expression)
    case names([Spanned<String>])

    /// How many there are, when the file says so in numbers.
    var count: Int? {
      switch self {
      case .count(let expression): expression.constantInteger
      case .names(let names): names.count
      }
    }
  }

  /// The graph's name: the `name` key, or the file's name without its extension.
  package var name: String
  package var dialect: Dialect
  package var source: SourceFile
  package var classes: Spanned<Classes>
  /// The height and width that counts and plans assume when the command line names none.
  package var inputSize: Spanned<[Expression]>?
  /// Channels of the input image.
  package var inputChannels: Expression?
  /// The activation of blocks that name none of their own.
  package var activation: Expression?
  /// Names that arguments may use, beside the class count.
  package var constants: [String: Expression] = [:]
  /// The model's own parameters, in order; every expression of the model may use them.
  package var parameters: [ParameterDeclaration] = []
  package var blocks: [BlockDeclaration]
  package var rows: [RowDeclaration]
  /// The multipliers that a file in the list dialect gives; they are applied to the rows already.
  package var multipliers: [String: Spanned<Double>] = [:]
  /// Whether some row was written with a number above 1.
  package var repeatsRows = false
  /// Class names that YAML 1.1 readers take for something other than a word.
  package var ambiguousClassNames: [Spanned<String>] = []
  /// What could not be read, besides single values; `elaborate` says nothing about names that may belong to it.
  package var unread: Set<Part> = []
  /// The faults of form, in no order; `elaborate` throws them with its own.
  package var faults: [Diagnostic] = []

  /// The model with a `width_multiple` of 1.
  package var withoutWidthMultiple: ModelDeclaration {
    var copy = self
    copy.multipliers["width_multiple"] = nil
    for row in rows.indices {
      for (position, argument) in rows[row].layer.arguments.enumerated() {
        if let value = argument.unscaledValue { copy.rows[row].layer.arguments[position].value = value }
      }
    }
    return copy
  }

  /// The model, unless it has faults of form.
  package func refusingFaults() throws(CompileFailure) -> ModelDeclaration {
    if !faults.isEmpty { throw CompileFailure(faults) }
    return self
  }

  /// The name by which arguments speak of the class count.
  package var classCountName: String { dialect == .native ? "classes" : "nc" }
}

/// A parameter of a model: a name and its value.
package struct ParameterDeclaration: Sendable {
  package var name: Spanned<String>
  /// The default, which may use earlier parameters, or what was set in its place.
  package var value: Expression
  /// Whether the value was set from outside, and so uses no names of the model.
  package var isSet = false
}

/// The part of a model that a row was written in.
package enum Section: String, Sendable, Hashable, CaseIterable {
  case backbone, neck, auxiliary, heads
  /// The list dialect's one section after the backbone.
  case head

  /// The sections of the native dialect.
  package static let native: [Section] = [.backbone, .neck, .auxiliary, .heads]
}

/// A row of a model: a layer and the section that it stands in.
package struct RowDeclaration: Sendable {
  package var section: Section
  package var layer: LayerDeclaration
}

/// `name: [from, number, block, arguments]`, in a model or in the body of a block.
package struct LayerDeclaration: Sendable {
  /// The name of the value; in a body it is the scope of the weights too. May end in `.*` there.
  package var name: Spanned<String>
  package var from: Expression
  package var number: Expression
  package var block: Spanned<String>
  package var arguments: [ArgumentDeclaration]
  /// Where the arguments stand, for when one is missing.
  package var argumentsRange: SourceRange
  /// The input channels that the list dialect spells out for some modules, to be compared with the real ones.
  package var statedInputChannels: Expression?
  package var range: SourceRange
  /// Whether the row could not be read; its fault is reported, and what reads it stays silent.
  package var isFaulty = false

  /// The place of a row that could not be read, so that others can still be checked.
  package static func faulty(name: Spanned<String>, range: SourceRange) -> LayerDeclaration {
    let nothing = Expression(.unreadable, range)
    return LayerDeclaration(
      name: name, from: nothing, number: nothing, block: Spanned("", range), arguments: [], argumentsRange: range,
      range: range, isFaulty: true)
  }
}

/// An argument: positional, or by the parameter's name.
package struct ArgumentDeclaration: Sendable {
  package var label: Spanned<String>?
  package var value: Expression
  /// What the value would be without the `width_multiple` that it is scaled by.
  var unscaledValue: Expression?

  package init(label: Spanned<String>? = nil, value: Expression) {
    self.label = label
    self.value = value
  }
}

/// The definition of a block.
package struct BlockDeclaration: Sendable {
  package struct Parameter: Sendable {
    package var name: Spanned<String>
    /// Nothing when the argument is required.
    package var defaultValue: Expression?
  }

  package struct Binding: Sendable {
    package var name: Spanned<String>
    package var value: Expression
  }

  /// How the official list dialect calls a block, where that differs from the block's own parameters.
  package struct ListDialectRules: Sendable {
    /// The first parameter is an output width, which `width_multiple` scales.
    package var scalesWidth = false
    /// The row's number becomes the second argument instead of repeating the block.
    package var takesNumber = false
    /// The positional parameters as the official constructor names them, with `c1` for the input channels.
    package var parameters: [String]?
    /// What the row gives is ignored, as the official parser does.
    package var ignoresArguments = false
  }

  package var name: Spanned<String>
  package var summary = ""
  package var parameters: [Parameter] = []
  package var bindings: [Binding] = []
  package var body: [LayerDeclaration] = []
  /// The block's value; the last entry's when it is not given.
  package var result: Expression?
  /// Values that exist for training alone.
  package var auxiliary: [Expression] = []
  package var listDialect = ListDialectRules()
  package var range: SourceRange
  /// Whether the definition could not be read whole; its faults are reported, and rows that call it stay silent.
  package var isFaulty = false
}

/// Blocks by name.
package struct BlockLibrary: Sendable {
  package private(set) var blocks: [String: BlockDeclaration] = [:]
  /// Names in the order in which they were defined.
  package private(set) var names: [String] = []

  package init(_ declarations: [BlockDeclaration] = []) {
    for declaration in declarations { add(declaration) }
  }

  package subscript(name: String) -> BlockDeclaration? { blocks[name] }

  /// The library with more blocks; one of the same name takes the place of the earlier one.
  package func adding(_ declarations: [BlockDeclaration]) -> BlockLibrary {
    var copy = self
    for declaration in declarations { copy.add(declaration) }
    return copy
  }

  private mutating func add(_ declaration: BlockDeclaration) {
    let name = declaration.name.value
    if blocks.updateValue(declaration, forKey: name) == nil { names.append(name) }
  }
}
