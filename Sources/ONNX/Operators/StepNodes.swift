import ModelIR

extension GraphAssembly {
  /// Adds the nodes of a step, the one table from operators of plans to those of ONNX; gives the result's name.
  mutating func add(_ step: Step, _ inputs: [String], _ shapes: ExportedShapes) throws(ONNXExportError) -> String {
    let scope = step.origin.scope
    let input = inputs[0]
    let types = step.inputs.map(shapes.plan.type)
    switch step.op {
    case .conv2D(let op):
      return try convolution(op, inputs, types, scope: scope)
    case .channelAffine(let op):
      return try channelAffine(op, input, types[0], scope: scope)
    case .activate(let op):
      return activation(op.activation, input, scope: scope)
    case .add:
      let target = types[types.count - 1]
      let terms = zip(inputs, types).map { input, type in
        let scale = type.scale(to: target) ?? 1
        return scale == 1 ? input : enlarge(input, by: scale, scope: scope)
      }
      return terms.dropFirst().reduce(terms[0]) { node("Add", $0, $1, scope: scope) }
    case .maxPool(let op):
      return node(
        "MaxPool", input, scope: scope, attributes: window(kernel: op.kernel, stride: op.stride, padding: op.padding))
    case .averagePool(let op):
      var attributes = window(kernel: op.kernel, stride: op.stride, padding: op.padding)
      attributes["count_include_pad"] = .integer(1)
      return node("AveragePool", input, scope: scope, attributes: attributes)
    case .upsample(let op):
      return enlarge(input, by: op.scale, scope: scope)
    case .resizeNearest:
      return try resizeNearest(inputs, types, shapes, scope: scope)
    case .zeroPad(let op):
      let pads = integers([0, 0, op.top, op.left, 0, 0, op.bottom, op.right])
      return node("Pad", input, pads, scope: scope, attributes: ["mode": .text("constant")])
    case .spaceToDepth(let op):
      return try spaceToDepth(op, input, channels: types[0].channels, scope: scope)
    case .depthToSpace(let op):
      return node(
        "DepthToSpace", input, scope: scope, attributes: ["blocksize": .integer(op.block), "mode": .text("DCR")])
    case .identity:
      return input
    case .decodeDetections(let op):
      return try decodeDetections(op, inputs, types, shapes, scope: scope)
    case .input, .batchNorm, .concat, .slice:
      throw ONNXExportError("\(step.op.name) has no place in a plan")
    }
  }

  private mutating func convolution(
    _ op: Conv2D, _ inputs: [String], _ types: [TensorType], scope: String
  ) throws(ONNXExportError) -> String {
    let joined = Array(inputs.prefix(op.joinedCount(inputs.count)))
    var operands = [
      joined.count == 1
        ? joined[0] : nodes("Concat", joined, scope: scope, attributes: ["axis": .integer(1)])[0]
    ]
    for use in op.parameters(types) { operands.append(try weight(use.expression, shape: use.shape)) }
    var attributes = window(kernel: op.kernel, stride: op.stride, padding: op.padding)
    attributes["dilations"] = .integers([op.dilation, op.dilation])
    attributes["group"] = .integer(op.groups)
    var value = nodes("Conv", operands, scope: scope, attributes: attributes)[0]
    let added = inputs[inputs.count - 1]
    if op.addend == .before {
      let enlarged = op.addendScale == 1 ? added : enlarge(added, by: op.addendScale, scope: scope)
      value = node("Add", value, enlarged, scope: scope)
    }
    value = activation(op.activation, value, scope: scope)
    return op.addend == .after ? node("Add", value, added, scope: scope) : value
  }

  private mutating func channelAffine(
    _ op: ChannelAffine, _ input: String, _ type: TensorType, scope: String
  ) throws(ONNXExportError) -> String {
    let shape = [1, type.channels, 1, 1]
    var value = input
    if let scale = op.scale { value = node("Mul", value, try weight(scale, shape: shape), scope: scope) }
    if let shift = op.shift { value = node("Add", value, try weight(shift, shape: shape), scope: scope) }
    return value
  }

  private func window(kernel: Int, stride: Int, padding: Int) -> [String: ONNXNode.Attribute] {
    [
      "kernel_shape": .integers([kernel, kernel]), "strides": .integers([stride, stride]),
      "pads": .integers([padding, padding, padding, padding]),
    ]
  }

  /// ONNX has the one order of a square's offsets; the other is the same channels in another order.
  private mutating func spaceToDepth(
    _ op: SpaceToDepth, _ input: String, channels: Int, scope: String
  ) throws(ONNXExportError) -> String {
    let block = op.block
    let value = node("SpaceToDepth", input, scope: scope, attributes: ["blocksize": .integer(block)])
    guard op.order == .columns, block > 1 else { return value }
    try reserve(constantBytes: 8 * block * block * channels)
    let order = (0..<block * block * channels).map { channel in
      let (place, c) = channel.quotientAndRemainder(dividingBy: channels)
      let (dx, dy) = place.quotientAndRemainder(dividingBy: block)
      return (dy * block + dx) * channels + c
    }
    return node("Gather", value, integers(order), scope: scope, attributes: ["axis": .integer(1)])
  }
}
