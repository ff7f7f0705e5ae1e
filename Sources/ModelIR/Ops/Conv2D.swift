/// A two-dimensional convolution with a square kernel, then an activation:
/// `out[o,y,x] = act(Σ w[o,i,u,v] · in[i, s·y + d·u − p, s·x + d·v − p] + b[o])`.
///
/// The weight has shape (out, in / groups, kernel, kernel), the bias (out).
package struct Conv2D: Operator {
  package var outputChannels = 1
  package var kernel = 1
  package var stride = 1
  package var padding = 0
  package var dilation = 1
  package var groups = 1
  package var activation = Activation.identity
  package var weight = ParameterExpression.stored("")
  package var bias: ParameterExpression?

  package init() {}

  package static let name = "conv2d"
  package static let attributes: [Attribute<Self>] = [
    .integer("out", \.outputChannels), .integer("k", \.kernel), .integer("s", \.stride), .integer("p", \.padding),
    .integer("d", \.dilation), .integer("g", \.groups), .activation("act", \.activation),
    .parameter("w", \.weight), .optionalParameter("b", \.bias),
  ]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    let input = try expectMap(inputs)
    try expect(outputChannels, in: 1...TensorType.maximumChannels, "out")
    try Window(kernel: kernel, stride: stride, padding: padding, dilation: dilation).validate(self)
    try expect(groups, in: 1...TensorType.maximumChannels, "g")
    for channels in [input.channels, outputChannels] where channels % groups != 0 {
      throw .channelsNotDivisible(channels: channels, by: groups, attribute: "g")
    }
    // Kernels count weights in 32 bits.
    guard saturatingProduct(outputChannels, input.channels / groups, kernel, kernel) <= Int32.max else {
      throw .tooLarge
    }
    guard let height = input.height.sliding(kernel: kernel, stride: stride, padding: padding, dilation: dilation),
      let width = input.width.sliding(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    else { throw .tooLarge }
    return TensorType(channels: outputChannels, height: height, width: width)
  }

  package func parameters(_ inputs: [TensorType]) -> [ParameterUse] {
    let weight = ParameterUse("weight", weight, shape: [outputChannels, inputs[0].channels / groups, kernel, kernel])
    return [weight] + (bias.map { [ParameterUse("bias", $0, shape: [outputChannels])] } ?? [])
  }

  package func multiplyAccumulates(_ inputs: [TensorType], output: [Int]) -> Int {
    saturatingProduct(output[0], output[1], output[2], inputs[0].channels / groups, kernel, kernel)
  }
}
