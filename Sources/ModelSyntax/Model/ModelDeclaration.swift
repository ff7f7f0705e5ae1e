import Diagnostics

/// A model file as written: settings, the model's own blocks, and rows. Names are not resolved, and nothing is
/// computed.
///
/// All dialects are read into this type. What the official list dialect leaves implicit (scaled widths, inserted
/// repeats) is already explicit here.
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

  /// A part of a file that defines names.
  package enum Part: Sendable {
    /// Rows and parameters.
    case values
    case blocks
  }

  package enum Classes: Sendable {
    case count(Expression)
    case names([Spanned<String>])

    /// The class count, when the file states it as a number.
    var count: Int? {
      switch self {
      case .count(let expression): expression.constantInteger
      case .names(let names): names.count
      }
    }
  }

  /// The graph's name: the value of `name`, or the file's name without its extension.
  package var name: String
  package var dialect: Dialect
  package var source: SourceFile
  package var classes: Spanned<Classes>
  /// The input size for reports and plans when the command line gives none.
  package var inputSize: Spanned<[Expression]>?
  /// The number of channels of the input image.
  package var inputChannels: Expression?
  /// The activation of blocks that do not name their own.
  package var activation: Expression?
  /// Names that arguments may use, in addition to the class count.
  package var constants: [String: Expression] = [:]
  /// The model's own parameters, in order; every expression of the model may use them.
  package var parameters: [ParameterDeclaration] = []
  package var blocks: [BlockDeclaration]
  package var rows: [RowDeclaration]
  /// The multipliers that a file in the list dialect gives; they are already applied to the rows.
  package var multipliers: [String: Spanned<Double>] = [:]
  /// Whether some row was written with a number above 1.
  package var repeatsRows = false
  /// Class names that YAML 1.1 readers do not read as strings.
  package var ambiguousClassNames: [Spanned<String>] = []
  /// The parts that could not be read, besides single values; `elaborate` does not report names that may belong to
  /// them.
  package var unread: Set<Part> = []
  /// The errors in the file's form, unordered; `elaborate` throws them together with its own.
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

  /// The model, unless it has errors of form.
  package func refusingFaults() throws(CompileFailure) -> ModelDeclaration {
    if !faults.isEmpty { throw CompileFailure(faults) }
    return self
  }

  /// The name that arguments use for the class count.
  package var classCountName: String { dialect == .native ? "classes" : "nc" }
}

/// A parameter of a model: a name and its value.
package struct ParameterDeclaration: Sendable {
  package var name: Spanned<String>
  /// The default, which may use earlier parameters, or the value that replaces it.
  package var value: Expression
  /// Whether the value was set from outside, so that it cannot use names of the model.
  package var isSet = false
}

/// The section of a model that contains a row.
package enum Section: String, Sendable, Hashable, CaseIterable {
  case backbone, neck, auxiliary, heads
  /// The only section after the backbone in the list dialect.
  case head

  /// The sections of the native dialect.
  package static let native: [Section] = [.backbone, .neck, .auxiliary, .heads]
}

/// A row of a model: a layer and its section.
package struct RowDeclaration: Sendable {
  package var section: Section
  package var layer: LayerDeclaration
}

/// `name: [from, number, block, arguments]`, in a model or in the body of a block.
package struct LayerDeclaration: Sendable {
  /// The name of the value; in a body it is also the scope of the weights, and may end in `.*`.
  package var name: Spanned<String>
  package var from: Expression
  package var number: Expression
  package var block: Spanned<String>
  package var arguments: [ArgumentDeclaration]
  /// The number of input channels that the list dialect states for some modules; it is checked against the actual
  /// The range of the arguments, for reports of a missing argument.
  package var argumentsRange: SourceRange
  /// The input channels that the list dialect states for some modules, to be compared with the real ones.
  package var statedInputChannels: Expression?
  package var range: SourceRange
  /// Whether the row could not be read. Its error is reported, and rows that read it are not reported as well.
  package var isFaulty = false

  /// A placeholder for a row that could not be read, so that other rows can still be checked.
  package static func faulty(name: Spanned<String>, range: SourceRange) -> LayerDeclaration {
    let nothing = Expression(.unreadable, range)
    return LayerDeclaration(
      name: name, from: nothing, number: nothing, block: Spanned("", range), arguments: [], argumentsRange: range,
      range: range, isFaulty: true)
  }
}

/// An argument, positional or by the parameter's name.
package struct ArgumentDeclaration: Sendable {
  package var label: Spanned<String>?
  package var value: Expression
  /// The value without the `width_multiple` that it is scaled by.
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
    /// `nil` when the argument is required.
    package var defaultValue: Expression?
  }

  package struct Binding: Sendable {
    package var name: Spanned<String>
    package var value: Expression
  }

  /// How the official list dialect uses a block, where that differs from the block's own parameters.
  package struct ListDialectRules: Sendable {
    /// The first parameter is an output width, which `width_multiple` scales.
    package var scalesWidth = false
    /// The row's number is the second argument instead of the number of repetitions.
    package var takesNumber = false
    /// The positional parameters of the official constructor, with `c1` for the input channels.
    package var parameters: [String]?
    /// The row's arguments are ignored, as by the official parser.
    package var ignoresArguments = false
  }

  package var name: Spanned<String>
  package var summary = ""
  package var parameters: [Parameter] = []
  package var bindings: [Binding] = []
  package var body: [LayerDeclaration] = []
  /// The block's value; `nil` for that of the last entry.
  package var result: Expression?
  /// Values that only training needs.
  package var auxiliary: [Expression] = []
  package var listDialect = ListDialectRules()
  package var range: SourceRange
  /// Whether the definition could not be read completely. Its errors are reported, and rows that use it are not
  /// reported as well.
  package var isFaulty = false
}

/// Blocks by name.
package struct BlockLibrary: Sendable {
  package private(set) var blocks: [String: BlockDeclaration] = [:]
  /// The names in the order of their definition.
  package private(set) var names: [String] = []

  package init(_ declarations: [BlockDeclaration] = []) {
    for declaration in declarations { add(declaration) }
  }

  package subscript(name: String) -> BlockDeclaration? { blocks[name] }

  /// The library with more blocks; a block replaces an earlier one of the same name.
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
