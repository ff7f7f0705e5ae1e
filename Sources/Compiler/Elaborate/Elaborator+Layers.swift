import Diagnostics
import ModelIR
import ModelSyntax

/// The expansion of rows and entries, once, as a chain or over a tuple, down to the primitives.
extension Elaborator {
  typealias Expansion = (value: Value, number: Int, arguments: String)

  /// Elaborates a row or an entry: once, as a chain of `number`, or once for each element of a tuple.
  mutating func expand(
    _ layer: LayerDeclaration, evaluator: ExpressionEvaluator, prefix: String, block: String?, depth: Int, rowIndex: Int
  ) throws(ElaborationFailure) -> Expansion {
    var sources: [(value: Value, range: SourceRange)] = []
    if layer.isFaulty { throw .poisoned }
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
            try invoke(
              layer, input: input, evaluator: evaluator, scope: "\(scope).\(index)", depth: depth, rowIndex: rowIndex
            ).value)
        }
        return (try Value.list(values, layer.range), 1, "")
      }

      let input = try evaluator.evaluateSource(layer.from)
      sources = writtenSources(layer.from, input)
      let number = try readNumber(layer, evaluator, allowsNone: isStarred)
      if number == 1, !isStarred {
        let result = try invoke(
          layer, input: input, evaluator: evaluator, scope: scope, depth: depth, rowIndex: rowIndex)
        return (result.value, 1, result.arguments)
      }
      var value = input
      var arguments = ""
      for index in 0..<number {
        let previous = value
        (value, arguments) = try invoke(
          layer, input: value, evaluator: evaluator, scope: "\(scope).\(index)", depth: depth, rowIndex: rowIndex)
        if index == 0, block == nil { try checkRepeatable(layer, from: previous, to: value) }
      }
      return (value, number, arguments)
    } catch {
      let frame = ElaborationFailure.Frame(layer: layer, block: block, sources: sources)
      throw error.mapped { $0.frames.append(frame) }
    }
  }

  /// Rejects a repeated row of the list dialect whose block changes the channels.
  private func checkRepeatable(_ layer: LayerDeclaration, from input: Value, to result: Value)
    throws(ElaborationFailure)
  {
    guard model.dialect.hasListRows, case .tensor(let before) = input, case .tensor(let after) = result else { return }
    let (old, new) = (builder.type(of: before).channels, builder.type(of: after).channels)
    guard old != new else { return }
    throw .fault(
      .repeatedWidthChange, "this row is repeated, and \(layer.block.value) changes \(old) channels to \(new)",
      layer.number.range, column: .number,
      notes: ["the official code builds every copy for the first one's channels, so the second does not fit"],
      help: ["write one row that changes the channels, and a repeated one after it"])
  }

  func readNumber(
    _ layer: LayerDeclaration, _ evaluator: ExpressionEvaluator, allowsNone: Bool
  ) throws(ElaborationFailure) -> Int {
    guard case .integer(let number) = try evaluator.evaluate(layer.number) else {
      throw .fault(
        .argumentKind, "the number of repetitions is an integer", layer.number.range, column: .number,
        blamed: layer.number.names.map(\.name))
    }
    guard Self.numbers.contains(number) || (allowsNone && number == 0) else {
      throw .fault(
        .argumentRange, "a block is repeated 1 to \(Self.numbers.upperBound) times, not \(number)", layer.number.range,
        column: .number, blamed: layer.number.names.map(\.name))
    }
    return number
  }

  /// The sources of the row as written, each with its value.
  func writtenSources(_ from: Expression, _ input: Value) -> [(value: Value, range: SourceRange)] {
    if case .list(let expressions) = from.kind, case .tuple(let values) = input, values.count == expressions.count {
      return zip(values, expressions).map { ($0, $1.range) }
    }
    return [(input, from.range)]
  }

  mutating func invoke(
    _ layer: LayerDeclaration, input: Value, evaluator: ExpressionEvaluator, scope: String, depth: Int, rowIndex: Int
  ) throws(ElaborationFailure) -> (value: Value, arguments: String) {
    expansions += 1
    guard expansions <= Self.maximumExpansions else {
      throw .fault(.tooLarge, "the model becomes too large here", nil, column: .block)
    }
    let name = layer.block.value
    if let block = block(named: name, calledAt: layer.block.range) {
      return try invoke(
        block, layer, input: input, evaluator: evaluator, scope: scope, depth: depth, rowIndex: rowIndex)
    }
    guard let primitive = primitives.first(where: { $0.name == name }) else { throw unknownBlock(layer.block) }
    if input.isPoisoned { throw .poisoned }
    let bound = try bind(layer, evaluator, to: Signature(primitive))
    guard scopes.insert(scope).inserted else {
      throw .fault(
        .duplicateName, "two entries have the scope '\(scope)', and would share their weights", layer.name.range,
        column: .block)
    }
    var arguments = bound.values
    for (parameter, value) in primitive.parameters where arguments[parameter] == nil { arguments[parameter] = value }
    let call = PrimitiveCall(
      name: name, input: input, arguments: arguments, origin: Origin(row: rowIndex, scope: scope),
      defaultActivation: defaultActivation, classCount: classCount, builder: builder)
    do throws(ElaborationFailure) {
      return (try primitive.build(call), bound.text)
    } catch {
      throw error.blaming(bound, of: layer)
    }
  }

  mutating func invoke(
    _ block: BlockDeclaration, _ layer: LayerDeclaration, input: Value, evaluator: ExpressionEvaluator, scope: String,
    depth: Int, rowIndex: Int
  ) throws(ElaborationFailure) -> (value: Value, arguments: String) {
    guard !openBlocks.contains(block.name) else {
      throw .fault(
        .recursiveBlock, "the block '\(block.name.value)' is made of itself", layer.block.range, column: .block,
        notes: openBlocks.last == block.name ? [] : ["by way of \(openBlocks.last.map { "'\($0.value)'" } ?? "others")"]
      )
    }
    guard depth < Self.maximumDepth else {
      throw .fault(.tooDeep, "more than \(Self.maximumDepth) blocks are nested here", layer.block.range, column: .block)
    }
    if block.isFaulty { throw .poisoned }
    openBlocks.append(block.name)
    defer { openBlocks.removeLast() }
    let bound = try bind(layer, evaluator, to: Signature(block))
    if input.isPoisoned { throw .poisoned }
    try checkStatedChannels(layer, input, evaluator)
    do throws(ElaborationFailure) {
      let value = try expandBody(of: block, bound, input: input, scope: scope, depth: depth, rowIndex: rowIndex)
      return (value, bound.text)
    } catch {
      throw error.blamingParameters(of: block).blaming(bound, of: layer)
    }
  }

  /// The value of a block for an input and arguments.
  private mutating func expandBody(
    of block: BlockDeclaration, _ bound: BoundArguments, input: Value, scope: String, depth: Int, rowIndex: Int
  ) throws(ElaborationFailure) -> Value {
    var inner = Scope()
    inner["x"] = input
    inner.previous = input
    let outerNames = parameterNames
    func evaluateInside(_ expression: Expression, orWord: String? = nil) throws(ElaborationFailure) -> Value {
      var evaluator = ExpressionEvaluator(scope: inner, builder: builder, budget: budget)
      evaluator.outerNames = outerNames
      evaluator.otherWords = orWord.map { [$0] } ?? []
      return try evaluator.evaluate(expression)
    }
    for parameter in block.parameters {
      if let value = bound.values[parameter.name.value] {
        inner[parameter.name.value] = value
      } else if let value = parameter.defaultValue {
        inner[parameter.name.value] = try evaluateInside(value, orWord: "required")
      }
    }
    for binding in block.bindings { inner[binding.name.value] = try evaluateInside(binding.value) }

    var result = input
    let laterNames = Set(block.body.map(\.name.value))
    for entry in block.body {
      var evaluator = ExpressionEvaluator(scope: inner, builder: builder, budget: budget)
      evaluator.laterNames = laterNames
      evaluator.ownName = entry.name.value
      evaluator.outerNames = outerNames
      result = try expand(
        entry, evaluator: evaluator, prefix: scope, block: block.name.value, depth: depth + 1, rowIndex: rowIndex
      ).value
      inner[entry.scopeName] = result
      inner.previous = result
    }
    if let written = block.result { result = try evaluateInside(written) }
    for expression in block.auxiliary { auxiliary += try evaluateInside(expression).tensors }
    return result
  }

  /// The block that a name refers to in a given context: standard blocks always use standard blocks, whatever a model
  /// defines.
  func block(named name: String, calledAt range: SourceRange) -> BlockDeclaration? {
    range.file === BlockLibrary.standardSource ? standardLibrary[name] : library[name]
  }

  /// Compares the input channels that the list dialect states with the actual ones.
  func checkStatedChannels(
    _ layer: LayerDeclaration, _ input: Value, _ evaluator: ExpressionEvaluator
  ) throws(ElaborationFailure) {
    guard let stated = layer.statedInputChannels, case .tensor(let tensor) = input else { return }
    let channels = builder.type(of: tensor).channels
    guard try evaluator.evaluate(stated) != .integer(channels) else { return }
    throw .fault(
      .channelMismatch, "the row says that its input has \(stated.range.text) channels, but it has \(channels)",
      stated.range, column: .arguments)
  }
}
