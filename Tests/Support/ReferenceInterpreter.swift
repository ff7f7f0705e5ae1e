import Compiler
import ModelIR
import Tensors

/// Runs an elaborated, unfused graph by the definitions of its operators, in double precision and in plain loops.
///
/// It is the reference for passes, planner, binding and kernels, so it shares no code with them: weights come directly
/// from the checkpoint, and each operator follows PyTorch's definition. It is part of the tests, so that no program can
/// run it by mistake.
package struct ReferenceInterpreter {
  private let graph: Graph
  private let checkpoint: Checkpoint

  package init(_ graph: Graph, _ checkpoint: Checkpoint) {
    self.graph = graph
    self.checkpoint = checkpoint
  }

  /// The result of a run.
  package struct Results {
    /// The outputs and the other requested values.
    fileprivate(set) var values: [ValueID: ReferenceValue] = [:]
    /// The largest magnitude of each value, requested or not; 0 for values that no output needs.
    package fileprivate(set) var scales: [Double]

    package subscript(value: ValueID) -> ReferenceValue {
      guard let result = values[value] else { preconditionFailure("%\(value.index) was not requested.") }
      return result
    }
  }

  /// Computes all outputs, and `requested` values, for one image of (channels, height, width).
  package func run(
    _ image: [Float], height: Int, width: Int, requested: Set<ValueID> = []
  ) throws -> Results {
    let wanted = graph.isLive(from: graph.outputs + requested.map { Output(name: "", value: $0, role: .main) })
    let kept = requested.union(graph.outputs.map(\.value))
    var lastReader = [Int](repeating: -1, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where wanted[index] {
      for input in node.inputs { lastReader[input.index] = index }
    }
    var results = Results(scales: Array(repeating: 0, count: graph.nodes.count))
    for value in graph.values where wanted[value.index] {
      let node = graph[value]
      let result: ReferenceValue
      if case .input(let input) = node.op {
        result = ReferenceValue(shape: [input.channels, height, width], values: image.map(Double.init))
      } else {
        result = try evaluate(node, node.inputs.map { results[$0] })
      }
      precondition(
        result.shape == node.type.shape(height: height, width: width),
        "\(node.origin.scope) has the shape \(result.shape), and its type says \(node.type.description).")
      results.values[value] = result
      results.scales[value.index] = result.scale
      for input in node.inputs where lastReader[input.index] == value.index && !kept.contains(input) {
        results.values[input] = nil
      }
    }
    return results
  }

  /// The elements of a tensor of the checkpoint.
  private func weight(_ expression: ParameterExpression) throws -> [Double] {
    guard case .stored(let name) = expression else {
      preconditionFailure("The reference is for graphs that no pass has touched, and this one has \(expression).")
    }
    return try checkpoint.tensor(name).values.map(Double.init)
  }

  private func evaluate(_ node: Node, _ inputs: [ReferenceValue]) throws -> ReferenceValue {
    switch node.op {
    case .input:
      preconditionFailure("The image is given, not computed.")
    case .conv2D(let op):
      let sums = referenceConvolution(
        inputs[0], weight: try weight(op.weight), bias: try op.bias.map(weight), op)
      return sums.mapped(op.activation.reference)
    case .batchNorm(let op):
      let scope = op.scope
      let (factor, summand) = (try weight(.stored(scope + ".weight")), try weight(.stored(scope + ".bias")))
      let mean = try weight(.stored(scope + ".running_mean"))
      let variance = try weight(.stored(scope + ".running_var"))
      return inputs[0].mappedByChannel { channel, value in
        (value - mean[channel]) / (variance[channel] + op.epsilon).squareRoot() * factor[channel] + summand[channel]
      }
    case .channelAffine(let op):
      let (scale, shift) = (try op.scale.map(weight), try op.shift.map(weight))
      return inputs[0].mappedByChannel { channel, value in value * (scale?[channel] ?? 1) + (shift?[channel] ?? 0) }
    case .activate(let op):
      return inputs[0].mapped(op.activation.reference)
    case .add:
      return inputs.dropFirst().reduce(inputs[0]) { sum, term in
        ReferenceValue(shape: sum.shape, values: zip(sum.values, term.values).map(+))
      }
    case .concat:
      let channels = inputs.reduce(0) { $0 + $1.shape[0] }
      return ReferenceValue(shape: [channels] + inputs[0].shape.dropFirst(), values: inputs.flatMap(\.values))
    case .slice(let op):
      let plane = inputs[0].plane
      return ReferenceValue(
        shape: [op.upper - op.lower] + inputs[0].shape.dropFirst(),
        values: Array(inputs[0].values[op.lower * plane..<op.upper * plane]))
    case .maxPool(let op):
      return referencePool(
        inputs[0], kernel: op.kernel, stride: op.stride, padding: op.padding, border: -.infinity
      ) { $0.max() ?? -.infinity }
    case .averagePool(let op):
      return referencePool(inputs[0], kernel: op.kernel, stride: op.stride, padding: op.padding, border: 0) { window in
        window.reduce(0, +) / Double(window.count)
      }
    case .upsample(let op):
      let (input, scale) = (inputs[0], op.scale)
      return ReferenceValue(shape: [input.shape[0], input.shape[1] * scale, input.shape[2] * scale]) {
        input[$0, $1 / scale, $2 / scale]
      }
    case .resizeNearest:
      return referenceResize(inputs[0], height: inputs[1].shape[1], width: inputs[1].shape[2])
    case .zeroPad(let op):
      let input = inputs[0]
      let shape = [input.shape[0], input.shape[1] + op.top + op.bottom, input.shape[2] + op.left + op.right]
      return ReferenceValue(shape: shape) { channel, row, column in
        let (y, x) = (row - op.top, column - op.left)
        return (0..<input.shape[1]).contains(y) && (0..<input.shape[2]).contains(x) ? input[channel, y, x] : 0
      }
    case .spaceToDepth(let op):
      let (input, block) = (inputs[0], op.block)
      let channels = input.shape[0]
      return ReferenceValue(shape: [channels * block * block, input.shape[1] / block, input.shape[2] / block]) {
        let (slow, fast) = ($0 / channels / block, $0 / channels % block)
        let (dy, dx) = op.order == .rows ? (slow, fast) : (fast, slow)
        return input[$0 % channels, $1 * block + dy, $2 * block + dx]
      }
    case .depthToSpace(let op):
      let (input, block) = (inputs[0], op.block)
      let channels = input.shape[0] / (block * block)
      return ReferenceValue(shape: [channels, input.shape[1] * block, input.shape[2] * block]) {
        input[($1 % block * block + $2 % block) * channels + $0, $1 / block, $2 / block]
      }
    case .identity:
      return inputs[0]
    case .decodeDetections(let op):
      return referenceDecode(inputs, op, projection: try weight(op.projection))
    }
  }
}

extension ReferenceValue {
  fileprivate func mapped(_ function: (Double) -> Double) -> ReferenceValue {
    ReferenceValue(shape: shape, values: values.map(function))
  }

  fileprivate func mappedByChannel(_ function: (_ channel: Int, Double) -> Double) -> ReferenceValue {
    var copy = self
    let plane = plane
    for index in values.indices { copy.values[index] = function(index / plane, values[index]) }
    return copy
  }
}
