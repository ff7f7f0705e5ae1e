/// A two-dimensional convolution with a square kernel, then an activation:
/// `out[o,y,x] = act(Σ w[o,i,u,v] · in[i, s·y + d·u − p, s·x + d·v − p] + b[o])`.
///
/// The weight has shape (out, in / groups, kernel, kernel), the bias (out). Several inputs are concatenated along
/// the channels; then there is one group. With an addend, the last input is not convolved but added to the result.
package struct Conv2D: Operator {
  package enum Addend: String, Sendable, Hashable {
    case none
    /// Before the activation; each of its rows and columns stands for `addendScale` of the result's.
    case before
    /// After the activation.
    case after
  }

  package var outputChannels = 1
  package var kernel = 1
  package var stride = 1
  package var padding = 0
  package var dilation = 1
  package var groups = 1
  package var activation = Activation.identity
  package var addend = Addend.none
  package var addendScale = 1
  package var weight = ParameterExpression.stored("")
  package var bias: ParameterExpression?

  package init() {}

  package static let name = "conv2d"
  package static let attributes: [Attribute<Self>] = [
    .integer("out", \.outputChannels), .integer("k", \.kernel), .integer("s", \.stride), .integer("p", \.padding),
    .integer("d", \.dilation), .integer("g", \.groups), .activation("act", \.activation),
    .choice("add", \.addend), .integer("up", \.addendScale), .parameter("w", \.weight), .optionalParameter("b", \.bias),
  ]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    // As many as a concat has, and the addend.
    try expectMaps(inputs, count: (addend == .none ? 1 : 2)...Concat.maximumInputs + 1)
    let joined = joinedCount(inputs.count)
    for index in 1..<max(1, joined) where inputs[index].layout != inputs[0].layout {
      throw .extents(input: index, expected: inputs[0], found: inputs[index])
    }
    guard let extents = inputs[0].extents else { throw .notAMap(input: 0) }
    let channels = inputChannels(inputs)
    try expect(channels, in: 1...TensorType.maximumChannels, "in")
    try expect(outputChannels, in: 1...TensorType.maximumChannels, "out")
    try Window(kernel: kernel, stride: stride, padding: padding, dilation: dilation).validate(self)
    try expect(groups, in: 1...(joined > 1 ? 1 : TensorType.maximumChannels), "g")
    for channels in [channels, outputChannels] where channels % groups != 0 {
      throw .channelsNotDivisible(channels: channels, by: groups, attribute: "g")
    }
    // Kernels count weights in 32 bits.
    guard saturatingProduct(outputChannels, channels / groups, kernel, kernel) <= Int32.max else {
      throw .tooLarge
    }
    guard let height = extents.height.sliding(kernel: kernel, stride: stride, padding: padding, dilation: dilation),
      let width = extents.width.sliding(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    else { throw .tooLarge }
    let result = TensorType(channels: outputChannels, height: height, width: width)
    try checkAddend(inputs, result)
    return result
  }

  private func checkAddend(_ inputs: [TensorType], _ result: TensorType) throws(TypeError) {
    try expectScale(addendScale, upTo: addend == .before ? 64 : 1, "up")
    guard addend != .none, let added = inputs.last else { return }
    guard added.channels == outputChannels else {
      throw .channels(input: inputs.count - 1, expected: outputChannels, found: added.channels)
    }
    guard added.scale(to: result) == addendScale else {
      throw .extents(input: inputs.count - 1, expected: result, found: added)
    }
  }

  /// How many of the inputs are concatenated: all but the addend.
  package func joinedCount(_ inputs: Int) -> Int { addend == .none ? inputs : inputs - 1 }

  /// The channels of the concatenated inputs.
  package func inputChannels(_ inputs: [TensorType]) -> Int {
    saturatingSum(inputs.prefix(joinedCount(inputs.count)).map(\.channels))
  }

  package func parameters(_ inputs: [TensorType]) -> [ParameterUse] {
    let weight = ParameterUse(
      "weight", weight, shape: [outputChannels, inputChannels(inputs) / groups, kernel, kernel])
    return [weight] + (bias.map { [ParameterUse("bias", $0, shape: [outputChannels])] } ?? [])
  }

  package func multiplyAccumulates(_ inputs: [TensorType], output: [Int]) -> Int {
    saturatingProduct(output[0], output[1], output[2], inputChannels(inputs) / groups, kernel, kernel)
  }

  package func replacingParameters(
    _ replacement: (_ role: String, ParameterExpression) -> ParameterExpression
  ) -> Op? {
    var copy = self
    copy.weight = replacement("weight", weight)
    copy.bias = bias.map { replacement("bias", $0) }
    return .conv2D(copy)
  }

  /// Whether a layer does depends on its kernel.
  package var worksInBF16: Bool { true }
}
