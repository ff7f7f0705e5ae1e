/// The operators: a closed set, so that the compiler lists every place that has to know of a new one.
///
/// **Invariant:** no switch over `Op` has a `default`.
package enum Op: Sendable, Hashable {
  case input(Input)
  case conv2D(Conv2D)
  case batchNorm(BatchNorm)
  case channelAffine(ChannelAffine)
  case activate(Activate)
  case add(Add)
  case concat(Concat)
  case slice(Slice)
  case maxPool(MaxPool)
  case averagePool(AveragePool)
  case upsample(Upsample)
  case resizeNearest(ResizeNearest)
  case zeroPad(ZeroPad)
  case spaceToDepth(SpaceToDepth)
  case depthToSpace(DepthToSpace)
  case identity(Identity)
  case decodeDetections(DecodeDetections)

  /// The operator's own type.
  package var semantics: any Operator {
    switch self {
    case .input(let op): op
    case .conv2D(let op): op
    case .batchNorm(let op): op
    case .channelAffine(let op): op
    case .activate(let op): op
    case .add(let op): op
    case .concat(let op): op
    case .slice(let op): op
    case .maxPool(let op): op
    case .averagePool(let op): op
    case .upsample(let op): op
    case .resizeNearest(let op): op
    case .zeroPad(let op): op
    case .spaceToDepth(let op): op
    case .depthToSpace(let op): op
    case .identity(let op): op
    case .decodeDetections(let op): op
    }
  }

  /// Reads operators from text: one row per operator, with the case that holds it.
  static let readers: [OpReader] = [
    OpReader(Op.input), OpReader(Op.conv2D), OpReader(Op.batchNorm), OpReader(Op.channelAffine), OpReader(Op.activate),
    OpReader(Op.add), OpReader(Op.concat), OpReader(Op.slice), OpReader(Op.maxPool), OpReader(Op.averagePool),
    OpReader(Op.upsample), OpReader(Op.resizeNearest), OpReader(Op.zeroPad), OpReader(Op.spaceToDepth),
    OpReader(Op.depthToSpace), OpReader(Op.identity), OpReader(Op.decodeDetections),
  ]
}

extension Op {
  /// The operator with other recipes for its weights; `replacement` gets each one's role and recipe.
  package func replacingParameters(_ replacement: (_ role: String, ParameterExpression) -> ParameterExpression) -> Op {
    switch self {
    case .conv2D(var op):
      op.weight = replacement("weight", op.weight)
      op.bias = op.bias.map { replacement("bias", $0) }
      return .conv2D(op)
    case .channelAffine(var op):
      op.scale = op.scale.map { replacement("scale", $0) }
      op.shift = op.shift.map { replacement("shift", $0) }
      return .channelAffine(op)
    case .decodeDetections(var op):
      op.projection = replacement("projection", op.projection)
      return .decodeDetections(op)
    case .input, .batchNorm, .activate, .add, .concat, .slice, .maxPool, .averagePool, .upsample, .resizeNearest,
      .zeroPad,
      .spaceToDepth, .depthToSpace, .identity:
      return self
    }
  }
}
