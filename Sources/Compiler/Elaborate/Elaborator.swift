import Diagnostics
import ModelIR
import ModelSyntax

/// Turns a model into a graph: resolves names, evaluates arguments, expands blocks down to operators, infers every type.
///
/// - Parameters:
///   - library: The blocks that rows may call, beside the model's own.
///   - input: The input size to report for, in place of the model's.
/// - Throws: every independent fault, in file order.
package func elaborate(
  _ model: ModelDeclaration, library: BlockLibrary, input: InputSize? = nil
) throws(CompileFailure) -> Graph {
  var elaborator = Elaborator(model: model, library: library.adding(model.blocks), requestedInput: input)
  return try elaborator.elaborate()
}

/// A height and a width in pixels.
package struct InputSize: Sendable, Hashable {
  package var height: Int
  package var width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// What models are measured with when nothing else is said.
  package static let standard = InputSize(height: 640, width: 640)
  /// Sides that are accepted, in pixels.
  package static let sides = 1...32_768
}

private struct Elaborator {
  let model: ModelDeclaration
  let library: BlockLibrary
  let requestedInput: InputSize?

  var diagnostics: [Diagnostic] = []
  var builder = GraphBuilder(name: "", classNames: [], inputHeight: 1, inputWidth: 1)
  var defaultActivation = Activation.silu
  var inputSize = InputSize.standard
  /// What each row makes, for references by index and for messages.
  var rowValues: [Value] = []
  var rowScope = Scope()
  var image = Value.none
  /// What the current row's block makes for training alone.
  var auxiliary: [ValueID] = []
  /// The names of the blocks that are being expanded, outermost first.
  var openBlocks: [String] = []
  /// Blocks that were expanded so far; a bound on what a small file may stand for.
  var expansions = 0

  private static let maximumExpansions = 500_000
  private static let maximumDepth = 32
  private static let numbers = 1...1000

  init(model: ModelDeclaration, library: BlockLibrary, requestedInput: InputSize?) {
    self.model = model
    self.library = library
    self.requestedInput = requestedInput
  }

  mutating func elaborate() throws(CompileFailure) -> Graph {
    let classNames = readSettings()
    builder = GraphBuilder(
      name: model.name, classNames: classNames, inputHeight: inputSize.height, inputWidth: inputSize.width)
    addImage()
    for index in model.rows.indices { elaborateRow(index) }
    if diagnostics.isEmpty { addOutputs() }
    if !diagnostics.isEmpty { throw CompileFailure(diagnostics) }
    return try checkInputSize(builder.finish())
  }

  // MARK: Settings

  /// Evaluates the model's settings; returns the names of its classes.
  private mutating func readSettings() -> [String] {
    var names: [String] = []
    switch model.classes.value {
    case .names(let given):
      names = given
    case .count(let expression):
      if let count = setting(expression, "the class count", in: 1...100_000) { names = (0..<count).map { "class \($0)" } }
    }
    rowScope[model.classCountName] = names.isEmpty ? .poisoned : .integer(names.count)
    for (name, expression) in model.constants {
      if let value = try? ExpressionEvaluator(scope: rowScope, builder: builder).evaluate(expression) { rowScope[name] = value }
    }
    if let activation = model.activation { readActivation(activation) }
    if let requestedInput {
      inputSize = requestedInput
    } else if let written = model.inputSize?.value {
      func side(_ expression: Expression) -> Int {
        setting(expression, "a side of the input", in: InputSize.sides) ?? InputSize.standard.height
      }
      let height = side(written[0])
      // One number stands for both sides, and is at fault once.
      inputSize = InputSize(height: height, width: written[1].range == written[0].range ? height : side(written[1]))
    }
    return names
  }

  private mutating func setting(_ expression: Expression, _ subject: String, in range: ClosedRange<Int>) -> Int? {
    let value = try? ExpressionEvaluator(scope: rowScope, builder: builder).evaluate(expression)
    guard case .integer(let number)? = value else {
      diagnostics.append(Diagnostic(.wrongKind, "\(subject) is an integer", at: expression.range))
      return nil
    }
    guard range.contains(number) else {
      diagnostics.append(
        Diagnostic(
          .argumentRange, "\(subject) is between \(range.lowerBound) and \(range.upperBound), not \(number)", at: expression.range))
      return nil
    }
    return number
  }

  private mutating func readActivation(_ expression: Expression) {
    if case .activation(let function)? = try? ExpressionEvaluator(scope: Scope(), builder: builder).evaluate(expression) {
      defaultActivation = function
      return
    }
    let written = expression.range.text
    let name = written.split(separator: "(").first?.split(separator: ".").last.map(String.init) ?? written
    diagnostics.append(
      Diagnostic(
        .unknownActivation, "'\(written)' is not an activation function that is known", at: expression.range,
        notes: ["known are \(Activation.torchNames.joined(separator: ", "))"],
        help: didYouMean(name, among: Activation.torchNames)))
  }

  private mutating func addImage() {
    var input = Input()
    if let expression = model.inputChannels {
      input.channels = setting(expression, "the number of input channels", in: 1...4096) ?? input.channels
    }
    guard let value = try? builder.add(.input(input), [], origin: Origin(row: nil, scope: "images")) else {
      preconditionFailure("An image with a legal number of channels has a type.")
    }
    image = .tensor(value)
    rowScope["images"] = image
  }

  // MARK: Rows

  private mutating func elaborateRow(_ index: Int) {
    let row = model.rows[index]
    let layer = row.layer
    auxiliary = []
    var value = Value.poisoned
    do throws(ElaborationFailure) {
      let result = try expand(layer, evaluator: rowEvaluator(index), prefix: "model", block: nil, depth: 0, rowIndex: index)
      value = result.value
      builder.add(
        Row(
          name: layer.name.value, section: row.section.rawValue, block: layer.block.value, from: layer.from.writtenItems,
          number: result.number, arguments: result.arguments, results: value.tensors.map { builder.type(of: $0) }))
    } catch {
      switch error {
      case .poisoned: reportUnknownBlock(of: layer)
      case .fault(let fault): report(fault)
      }
    }
    rowValues.append(value)
    rowScope[layer.name.value] = value
    rowScope.previous = value
  }

  private func rowEvaluator(_ index: Int) -> ExpressionEvaluator {
    var evaluator = ExpressionEvaluator(scope: rowScope, builder: builder)
    if model.dialect == .native { evaluator.laterNames = Set(model.rows[index...].map(\.layer.name.value)) }
    evaluator.ownName = model.rows[index].layer.name.value
    let (dialect, values, image, rows) = (model.dialect, rowValues, image, model.rows)
    evaluator.rowAtIndex = { (written, range) throws(ElaborationFailure) -> Value in
      if written == -1 {
        let value = index == 0 ? image : values[index - 1]
        if case .poisoned = value { throw .poisoned }
        return value
      }
      let (sum, overflow) = index.addingReportingOverflow(written)
      let target = written < 0 && !overflow ? sum : written
      guard dialect == .list else {
        throw .fault(
          .unknownName, "rows are called by name; only -1, the row before, is a number", range,
          help: values.indices.contains(target) ? ["row \(target) is called '\(rows[target].layer.name.value)'"] : [])
      }
      guard target < rows.count else {
        throw .fault(.unknownName, "there is no row \(target); the last one is row \(rows.count - 1)", range)
      }
      guard target < index else {
        let what = target == index ? "itself" : "row \(target), which comes later"
        throw .fault(
          .forwardReference, "row \(index) reads \(what)", range, notes: ["a row can only read rows that stand before it"])
      }
      guard target >= 0 else {
        throw .fault(
          .unknownName, "there is no row \(written) from row \(index)", range,
          notes: ["the image is what row 0 reads with -1; a Silence row makes it available to later rows"])
      }
      if case .poisoned = values[target] { throw .poisoned }
      return values[target]
    }
    return evaluator
  }

  /// A row that reads something faulty is silent, but a wrong block name is a mistake of its own.
  private mutating func reportUnknownBlock(of layer: LayerDeclaration) {
    let name = layer.block.value
    guard library[name] == nil, !primitives.contains(where: { $0.name == name }) else { return }
    guard case .fault(var fault) = unknownBlock(layer.block) else { return }
    fault.frames = [ElaborationFailure.Frame(layer: layer, block: nil, sources: [])]
    report(fault)
  }

  private func addOutputs() {
    // The official code returns what the last layer makes.
    let results = rowValues.last?.tensors ?? []
    for (position, value) in results.enumerated() { builder.addOutput("output\(position)", value, role: .main) }
    for (position, value) in auxiliary.enumerated() { builder.addOutput("auxiliary\(position)", value, role: .auxiliary) }
  }

  // MARK: Layers

  private typealias Expansion = (value: Value, number: Int, arguments: String)

  /// Elaborates a row or an entry: once, as a chain of `number`, or once for each element of a tuple.
  private mutating func expand(
    _ layer: LayerDeclaration, evaluator: ExpressionEvaluator, prefix: String, block: String?, depth: Int, rowIndex: Int
  ) throws(ElaborationFailure) -> Expansion {
    var sources: [(value: Value, range: SourceRange)] = []
    do throws(ElaborationFailure) {
      let name = block == nil ? String(rowIndex) : layer.name.value
      let isStarred = name == "*" || name.hasSuffix(".*")
      let base = isStarred ? String(name.dropLast(name == "*" ? 1 : 2)) : name
      let scope = name == "self" ? prefix : base.isEmpty ? prefix : "\(prefix).\(base)"
      var evaluator = evaluator

      if isStarred, let count = try evaluator.repetitions(in: [layer.from] + layer.arguments.map(\.value)) {
        var values: [Value] = []
        for index in 0..<count {
          evaluator.eachIndex = index
          let input = try evaluator.evaluateSource(layer.from)
          values.append(
            try invoke(layer, input: input, evaluator: evaluator, scope: "\(scope).\(index)", depth: depth, rowIndex: rowIndex).value)
        }
        return (.tuple(values), 1, "")
      }

      let input = try evaluator.evaluateSource(layer.from)
      sources = writtenSources(layer.from, input)
      let number = try readNumber(layer, evaluator, allowsNone: isStarred)
      if number == 1, !isStarred {
        let result = try invoke(layer, input: input, evaluator: evaluator, scope: scope, depth: depth, rowIndex: rowIndex)
        return (result.value, 1, result.arguments)
      }
      var value = input
      var arguments = ""
      for index in 0..<number {
        (value, arguments) = try invoke(
          layer, input: value, evaluator: evaluator, scope: "\(scope).\(index)", depth: depth, rowIndex: rowIndex)
      }
      return (value, number, arguments)
    } catch {
      guard case .fault(var fault) = error else { throw error }
      fault.frames.append(ElaborationFailure.Frame(layer: layer, block: block, sources: sources))
      throw .fault(fault)
    }
  }

  private func readNumber(
    _ layer: LayerDeclaration, _ evaluator: ExpressionEvaluator, allowsNone: Bool
  ) throws(ElaborationFailure) -> Int {
    guard case .integer(let number) = try evaluator.evaluate(layer.number) else {
      throw .fault(.argumentKind, "the number of repetitions is an integer", layer.number.range, column: .number)
    }
    guard Self.numbers.contains(number) || (allowsNone && number == 0) else {
      throw .fault(
        .argumentRange, "a block is repeated 1 to \(Self.numbers.upperBound) times, not \(number)", layer.number.range,
        column: .number)
    }
    return number
  }

  /// The sources as the row writes them, each with its value.
  private func writtenSources(_ from: Expression, _ input: Value) -> [(value: Value, range: SourceRange)] {
    if case .list(let expressions) = from.kind, case .tuple(let values) = input, values.count == expressions.count {
      return zip(values, expressions).map { ($0, $1.range) }
    }
    return [(input, from.range)]
  }

  private mutating func invoke(
    _ layer: LayerDeclaration, input: Value, evaluator: ExpressionEvaluator, scope: String, depth: Int, rowIndex: Int
  ) throws(ElaborationFailure) -> (value: Value, arguments: String) {
    expansions += 1
    guard expansions <= Self.maximumExpansions else { throw .fault(.tooLarge, "the model becomes too large here", nil, column: .block) }
    let name = layer.block.value
    if let block = library[name] {
      return try invoke(block, layer, input: input, evaluator: evaluator, scope: scope, depth: depth, rowIndex: rowIndex)
    }
    guard let primitive = primitives.first(where: { $0.name == name }) else { throw unknownBlock(layer.block) }
    if input.isPoisoned { throw .poisoned }
    let bound = try bind(
      layer, evaluator, to: primitive.parameters.map { ($0.name, $0.defaultValue != nil) }, of: name)
    var arguments = bound.values
    for (parameter, value) in primitive.parameters where arguments[parameter] == nil { arguments[parameter] = value }
    let call = PrimitiveCall(
      name: name, input: input, arguments: arguments, origin: Origin(row: rowIndex, scope: scope),
      defaultActivation: defaultActivation, builder: builder)
    return (try primitive.build(call), bound.text)
  }

  private mutating func invoke(
    _ block: BlockDeclaration, _ layer: LayerDeclaration, input: Value, evaluator: ExpressionEvaluator, scope: String,
    depth: Int, rowIndex: Int
  ) throws(ElaborationFailure) -> (value: Value, arguments: String) {
    guard !openBlocks.contains(block.name.value) else {
      throw .fault(
        .recursiveBlock, "the block '\(block.name.value)' is made of itself", layer.block.range, column: .block,
        notes: openBlocks.last == block.name.value ? [] : ["by way of \(openBlocks.last.map { "'\($0)'" } ?? "others")"])
    }
    guard depth < Self.maximumDepth else {
      throw .fault(.tooDeep, "more than \(Self.maximumDepth) blocks are nested here", layer.block.range, column: .block)
    }
    openBlocks.append(block.name.value)
    defer { openBlocks.removeLast() }
    let bound = try bind(
      layer, evaluator, to: block.parameters.map { ($0.name.value, $0.defaultValue != nil) }, of: block.name.value)
    if input.isPoisoned { throw .poisoned }
    try checkStatedChannels(layer, input, evaluator)

    var inner = Scope()
    inner["x"] = input
    inner.previous = input
    func evaluateInside(_ expression: Expression) throws(ElaborationFailure) -> Value {
      try ExpressionEvaluator(scope: inner, builder: builder).evaluate(expression)
    }
    for parameter in block.parameters {
      if let value = bound.values[parameter.name.value] { inner[parameter.name.value] = value }
      else if let value = parameter.defaultValue { inner[parameter.name.value] = try evaluateInside(value) }
    }
    for binding in block.bindings { inner[binding.name.value] = try evaluateInside(binding.value) }

    var result = input
    let laterNames = Set(block.body.map(\.name.value))
    for entry in block.body {
      var evaluator = ExpressionEvaluator(scope: inner, builder: builder)
      evaluator.laterNames = laterNames
      evaluator.ownName = entry.name.value
      result = try expand(
        entry, evaluator: evaluator, prefix: scope, block: block.name.value, depth: depth + 1, rowIndex: rowIndex).value
      let name = entry.name.value
      inner[name == "*" ? name : name.hasSuffix(".*") ? String(name.dropLast(2)) : name] = result
      inner.previous = result
    }
    if let written = block.result { result = try evaluateInside(written) }
    if depth == 0 {
      auxiliary = []
      for expression in block.auxiliary { auxiliary += try evaluateInside(expression).tensors }
    }
    return (result, bound.text)
  }

  /// Compares the input channels that the list dialect spells out with the real ones.
  private func checkStatedChannels(
    _ layer: LayerDeclaration, _ input: Value, _ evaluator: ExpressionEvaluator
  ) throws(ElaborationFailure) {
    guard let stated = layer.statedInputChannels, case .tensor(let tensor) = input else { return }
    let channels = builder.type(of: tensor).channels
    guard try evaluator.evaluate(stated) != .integer(channels) else { return }
    throw .fault(
      .channelMismatch, "the row says that its input has \(stated.range.text) channels, and it has \(channels)",
      stated.range, column: .arguments)
  }

  // MARK: Arguments

  private func bind(
    _ layer: LayerDeclaration, _ evaluator: ExpressionEvaluator, to parameters: [(name: String, hasDefault: Bool)], of block: String
  ) throws(ElaborationFailure) -> (values: [String: Value], text: String) {
    let names = parameters.map(\.name)
    let signature = "\(block)(\(parameters.map { $0.hasDefault ? "\($0.name) = …" : $0.name }.joined(separator: ", ")))"
    let notes = ["the arguments are \(signature)"]
    var values: [String: Value] = [:]
    var texts: [String] = []
    for (position, argument) in layer.arguments.enumerated() {
      let place = argument.label?.range ?? argument.value.range
      let name: String
      if let label = argument.label {
        guard names.contains(label.value) else {
          throw .fault(
            .surplusArgument, "\(block) has no argument '\(label.value)'", place, column: .arguments, notes: notes,
            help: didYouMean(label.value, among: names))
        }
        name = label.value
      } else {
        guard position < names.count else {
          let count = names.isEmpty ? "no arguments" : "at most \(names.count) argument\(names.count == 1 ? "" : "s")"
          throw .fault(
            .surplusArgument, "\(block) takes \(count), not \(layer.arguments.count)", place, column: .arguments, notes: notes)
        }
        name = names[position]
      }
      guard values[name] == nil else {
        throw .fault(.surplusArgument, "'\(name)' is given twice", place, column: .arguments, notes: notes)
      }
      let value = try evaluator.evaluate(argument.value)
      values[name] = value
      texts.append(argument.label == nil ? value.description : "\(name)=\(value.description)")
    }
    let missing = parameters.filter { !$0.hasDefault && values[$0.name] == nil }.map(\.name)
    guard missing.isEmpty else {
      throw .fault(
        .missingArgument, "\(block) needs \(missing.map { "'\($0)'" }.joined(separator: " and "))", layer.argumentsRange,
        column: .arguments, notes: notes)
    }
    return (values, texts.joined(separator: ", "))
  }

  private func unknownBlock(_ name: Spanned<String>) -> ElaborationFailure {
    .fault(
      .unknownBlock, "there is no block '\(name.value)'", name.range, column: .block,
      notes: ["a block of one's own is defined in the model's 'blocks' section"],
      help: didYouMean(name.value, among: library.names))
  }

  // MARK: Reports

  private mutating func report(_ fault: ElaborationFailure.Fault) {
    let report = FaultReport(
      fault: fault, model: model, builder: builder, rowValues: rowValues, inputSize: inputSize)
    let diagnostic = report.diagnostic
    // A fault inside a block of the model's own shows once, however many rows call the block.
    let isKnown = diagnostics.contains { $0.code == diagnostic.code && $0.primary.range == diagnostic.primary.range }
    if !isKnown { diagnostics.append(diagnostic) }
  }

  // MARK: Input size

  /// Checks that the input size is legal; when the person chose none, the nearest legal one to 640 is taken.
  private func checkInputSize(_ graph: Graph) throws(CompileFailure) -> Graph {
    var graph = graph
    let (height, width) = (graph.heightMultiple, graph.widthMultiple)
    if requestedInput == nil, model.inputSize == nil {
      graph.inputHeight = nearestMultiple(of: height, to: graph.inputHeight)
      graph.inputWidth = nearestMultiple(of: width, to: graph.inputWidth)
    }
    for node in graph.nodes where node.type.shape(height: graph.inputHeight, width: graph.inputWidth) == nil {
      throw CompileFailure(illegalInputSize(graph, node, heightMultiple: height, widthMultiple: width))
    }
    return graph
  }

  private func nearestMultiple(of multiple: Int, to side: Int) -> Int {
    guard multiple <= InputSize.sides.upperBound else { return side }
    return max(1, (side + multiple / 2) / multiple) * multiple
  }

  private func illegalInputSize(_ graph: Graph, _ node: Node, heightMultiple: Int, widthMultiple: Int) -> Diagnostic {
    let row = model.rows[node.origin.row ?? 0].layer
    let size = "\(graph.inputHeight)x\(graph.inputWidth)"
    let isDivisible =
      graph.inputHeight % node.type.heightMultiple == 0 && graph.inputWidth % node.type.widthMultiple == 0
    var secondary: [Diagnostic.Label] = []
    if requestedInput == nil, let written = model.inputSize?.range { secondary = [Diagnostic.Label(written, "the input size")] }
    if isDivisible {
      return Diagnostic(
        .emptyResult, "nothing is left of an input of \(size) here", at: row.range,
        label: "this row's result is \(node.type.description)", secondary: secondary)
    }
    let nearest = "\(nearestMultiple(of: heightMultiple, to: graph.inputHeight))x\(nearestMultiple(of: widthMultiple, to: graph.inputWidth))"
    let multiples =
      heightMultiple == widthMultiple
      ? "heights and widths are multiples of \(heightMultiple)"
      : "heights are multiples of \(heightMultiple) and widths of \(widthMultiple)"
    return Diagnostic(
      .sizeNotDivisible, "an input of \(size) does not divide evenly here", at: row.range,
      label: "this row makes \(node.type.description)", secondary: secondary, notes: ["legal \(multiples)"],
      help: ["the nearest legal size is \(nearest)"])
  }
}

extension Expression {
  /// The items of a list as written, or the expression itself.
  fileprivate var writtenItems: [String] {
    if case .list(let items) = kind { return items.map(\.range.text) }
    return [range.text]
  }
}
