import Diagnostics
import ModelIR
import ModelSyntax

/// Elaborates a model to a graph: resolves names, evaluates arguments, expands blocks to operators and infers all
/// types.
///
/// - Parameters:
///   - library: The blocks that rows may use, in addition to the model's own.
///   - input: The input size, in place of the model's.
/// - Throws: Every independent error, in file order.
package func elaborate(
  _ model: ModelDeclaration, library: BlockLibrary, input: InputSize? = nil
) throws(CompileFailure) -> Graph {
  var elaborator = Elaborator(model: model, standardLibrary: library, requestedInput: input)
  do throws(CompileFailure) {
    return try elaborator.elaborate()
  } catch {
    throw error.explainedByWidthMultiple(of: model, library: library, input: input)
  }
}

/// A height and a width in pixels.
package struct InputSize: Sendable, Hashable {
  package var height: Int
  package var width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The input size when neither the model nor the command line gives one.
  package static let standard = InputSize(height: 640, width: 640)
  /// The accepted range of sides, in pixels.
  package static let sides = 1...32_768
}

/// The state of one elaboration: the graph so far, and the known names.
struct Elaborator {
  let model: ModelDeclaration
  /// The standard blocks.
  let standardLibrary: BlockLibrary
  /// The standard blocks and the model's own.
  let library: BlockLibrary
  let requestedInput: InputSize?
  /// The number of errors after which elaboration stops.
  var maximumFaults = Self.standardMaximumFaults

  var diagnostics: [Diagnostic] = []
  var builder = GraphBuilder(name: "", classNames: [], inputHeight: 1, inputWidth: 1)
  var defaultActivation = Activation.silu
  /// `nil` when the model's classes could not be read.
  var classCount: Int?
  var inputSize = InputSize.standard
  /// The result of each row, for references by index and for messages.
  var rowValues: [Value] = []
  var rowScope = Scope()
  /// The names of all rows, to distinguish a forward reference from an unknown name.
  let rowNames: Set<String>
  /// The names of the model's parameters, which blocks cannot use.
  let parameterNames: Set<String>
  var image = Value.none
  /// The values of the current row's block that only training needs.
  var auxiliary: [ValueID] = []
  /// The blocks that are being expanded, outermost first, by the names of their definitions.
  var openBlocks: [Spanned<String>] = []
  /// The scopes of the operators so far; two operators with the same scope would share their weights.
  var scopes: Set<String> = []
  /// The number of blocks expanded so far, which is limited because a small file may expand to many.
  var expansions = 0

  let budget = EvaluationBudget()

  static let standardMaximumFaults = 1000
  static let maximumExpansions = 500_000
  static let maximumDepth = 32
  static let maximumOutputs = 64
  static let numbers = 1...1000

  init(model: ModelDeclaration, standardLibrary: BlockLibrary, requestedInput: InputSize?) {
    self.model = model
    self.standardLibrary = standardLibrary
    library = standardLibrary.adding(model.blocks)
    self.requestedInput = requestedInput
    rowNames = Set(model.rows.map(\.layer.name.value))
    parameterNames = Set(model.parameters.map(\.name.value))
  }

  mutating func elaborate() throws(CompileFailure) -> Graph {
    diagnostics = model.faults
    let classNames = readSettings()
    classCount = classNames.isEmpty ? nil : classNames.count
    builder = GraphBuilder(
      name: model.name, classNames: classNames, inputHeight: inputSize.height, inputWidth: inputSize.width)
    addImage()
    for index in model.rows.indices where diagnostics.count < maximumFaults { elaborateRow(index) }
    checkDefinitions()
    if diagnostics.isEmpty { addOutputs() }
    if !diagnostics.isEmpty { throw CompileFailure(diagnostics.joiningRepeatedNames.explainingRepeatedRow(of: model)) }
    return try checkInputSize(builder.finish())
  }

  mutating func elaborateRow(_ index: Int) {
    let row = model.rows[index]
    let layer = row.layer
    auxiliary = []
    var value = Value.poisoned
    if layer.isFaulty {
      finishRow(layer, .poisoned)
      return
    }
    do throws(ElaborationFailure) {
      let result = try expand(
        layer, evaluator: rowEvaluator(index), prefix: "model", block: nil, depth: 0, rowIndex: index)
      value = try ownResults(result.value, of: index)
      builder.add(
        Row(
          name: layer.name.value, section: row.section.rawValue, block: layer.block.value,
          from: layer.from.writtenItems,
          number: result.number, arguments: result.arguments, results: value.tensors.map { builder.type(of: $0) }))
    } catch {
      for fault in error.faults { report(fault) }
      checkColumns(of: layer, index)
    }
    finishRow(layer, value)
  }

  /// Adds the value of a row to the scope of later rows.
  mutating func finishRow(_ layer: LayerDeclaration, _ value: Value) {
    rowValues.append(value)
    // When two rows have the same name, which is an error of form, it is unknown which one others mean.
    rowScope[layer.name.value] = rowScope[layer.name.value] == nil ? value : .poisoned
    rowScope.previous = value
  }

  func rowEvaluator(_ index: Int) -> ExpressionEvaluator {
    var evaluator = ExpressionEvaluator(scope: rowScope, builder: builder, budget: budget)
    // Earlier rows are in scope, so a name that is only here belongs to a later row.
    if model.dialect == .native { evaluator.laterNames = rowNames }
    evaluator.ownName = model.rows[index].layer.name.value
    let isIncomplete = model.unread.contains(.values)
    evaluator.hasUnreadNames = isIncomplete
    let (dialect, values, image, rows) = (model.dialect, rowValues, image, model.rows)
    evaluator.rowAtIndex = { (written, range) throws(ElaborationFailure) -> Value in
      if isIncomplete { throw .poisoned }
      if written == -1 {
        let value = index == 0 ? image : values[index - 1]
        if case .poisoned = value { throw .poisoned }
        return value
      }
      let (sum, overflow) = index.addingReportingOverflow(written)
      let target = written < 0 && !overflow ? sum : written
      guard dialect != .native else {
        throw .fault(
          .unknownName, "rows are referred to by name; only -1, the previous row, is a number", range,
          help: values.indices.contains(target) ? ["row \(target) is called '\(rows[target].layer.name.value)'"] : [])
      }
      guard target < rows.count else {
        throw .fault(.unknownName, "there is no row \(target); the last one is row \(rows.count - 1)", range)
      }
      guard target < index else {
        let what = target == index ? "itself" : "row \(target), which comes later"
        throw .fault(
          .forwardReference, "row \(index) reads \(what)", range,
          notes: ["a row can only read earlier rows"])
      }
      guard target >= 0 else {
        throw .fault(
          .unknownName, "there is no row \(written) from row \(index)", range,
          notes: ["row 0 reads the image as -1; a Silence row makes it available to later rows"])
      }
      if case .poisoned = values[target] { throw .poisoned }
      return values[target]
    }
    return evaluator
  }

  /// Ensures that a row has a value of its own: a row whose block returns one of its sources gets an identity operator,
  /// so that it has an operator in the graph.
  func ownResults(_ value: Value, of row: Int) throws(ElaborationFailure) -> Value {
    switch value {
    case .tensor(let tensor) where builder[tensor].origin.row != row:
      do {
        return .tensor(
          try builder.add(.identity(Identity()), [tensor], origin: Origin(row: row, scope: "model.\(row)")))
      } catch {
        throw .fault(.tooLarge, "the model becomes too large here", nil, column: .block)
      }
    case .tuple(let elements):
      var own: [Value] = []
      for element in elements { own.append(try ownResults(element, of: row)) }
      return .tuple(own)
    default:
      return value
    }
  }

  /// Declares the results of the last row as the outputs, in the order of the official code.
  mutating func addOutputs() {
    let results = rowValues.last?.tensors ?? []
    guard (1...Self.maximumOutputs).contains(results.count) else {
      let what = results.isEmpty ? "no tensor" : "\(results.count) tensors"
      diagnostics.append(
        Diagnostic(
          results.isEmpty ? .notATensor : .tooLarge,
          "the last row returns \(what), and its result is that of the model",
          at: model.rows.last?.layer.block.range ?? model.source.range,
          notes: ["a model has 1 to \(Self.maximumOutputs) outputs"]))
      return
    }
    for (position, value) in results.enumerated() { builder.addOutput("output\(position)", value, role: .main) }
    for (position, value) in auxiliary.enumerated() {
      builder.addOutput("auxiliary\(position)", value, role: .auxiliary)
    }
  }
}

extension Expression {
  /// The items of a list as written, or the expression itself.
  fileprivate var writtenItems: [String] {
    if case .list(let items) = kind { return items.map(\.range.text) }
    return [range.text]
  }
}
