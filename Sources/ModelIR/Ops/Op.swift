/// The operators: a closed set, so that the compiler lists every place that must know of a new one.
///
/// **Invariant:** a switch over `Op` stands only where forgetting an operator would be a bug, and has no `default`: here,
/// in the plan verifier, the dispatch to kernels, the export to ONNX and the reference interpreter of the tests. Every
/// other question is a requirement of `Operator` with a default.
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

  /// The names of all operators in text.
  package static var names: [String] { readers.map(\.name) }

  /// Reads operators from text: one row per operator, with the case that holds it.
  static let readers: [OpReader] = [
    OpReader(Op.input), OpReader(Op.conv2D), OpReader(Op.batchNorm), OpReader(Op.channelAffine), OpReader(Op.activate),
    OpReader(Op.add), OpReader(Op.concat), OpReader(Op.slice), OpReader(Op.maxPool), OpReader(Op.averagePool),
    OpReader(Op.upsample), OpReader(Op.resizeNearest), OpReader(Op.zeroPad), OpReader(Op.spaceToDepth),
    OpReader(Op.depthToSpace), OpReader(Op.identity), OpReader(Op.decodeDetections),
  ]
}

extension Op {
  /// The operator with other parameter expressions; `replacement` gets each one's role and expression.
  package func replacingParameters(_ replacement: (_ role: String, ParameterExpression) -> ParameterExpression) -> Op {
    semantics.replacingParameters(replacement) ?? self
  }
}
