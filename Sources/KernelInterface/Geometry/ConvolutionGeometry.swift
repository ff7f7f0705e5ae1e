/// Describes one two-dimensional convolution of one image; the output extents follow from the rest.
package struct ConvolutionGeometry: Hashable, Sendable {
  package let inputChannels: Int
  package let inputHeight: Int
  package let inputWidth: Int
  package let outputChannels: Int
  package let outputHeight: Int
  package let outputWidth: Int
  package let kernelHeight: Int
  package let kernelWidth: Int
  package let stride: Int
  package let verticalPadding: Int
  package let horizontalPadding: Int
  package let dilation: Int
  package let groups: Int

  /// Checks the arguments and derives the output extents by PyTorch's rule, rounding down.
  package init(
    input: MapShape, outputChannels: Int, kernelHeight: Int, kernelWidth: Int, stride: Int = 1,
    verticalPadding: Int = 0, horizontalPadding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) {
    require(
      outputChannels > 0 && groups > 0 && input.channels % groups == 0 && outputChannels % groups == 0,
      "A convolution from \(input.channels) to \(outputChannels) channels cannot have \(groups) groups.")
    let rows = WindowAxis(
      name: "height", input: input.height, kernel: kernelHeight, stride: stride, padding: verticalPadding,
      dilation: dilation)
    let columns = WindowAxis(
      name: "width", input: input.width, kernel: kernelWidth, stride: stride, padding: horizontalPadding,
      dilation: dilation)
    inputChannels = input.channels
    inputHeight = input.height
    inputWidth = input.width
    self.outputChannels = outputChannels
    outputHeight = rows.output
    outputWidth = columns.output
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.verticalPadding = verticalPadding
    self.horizontalPadding = horizontalPadding
    self.dilation = dilation
    self.groups = groups
  }

  package var inputShape: MapShape { MapShape(channels: inputChannels, height: inputHeight, width: inputWidth) }

  package var outputShape: MapShape { MapShape(channels: outputChannels, height: outputHeight, width: outputWidth) }

  /// Counts the weights: (outputChannels, inputChannels / groups, kernelHeight, kernelWidth).
  package var weightCount: Int { outputChannels * depth }

  /// Counts the products that are summed into one output element.
  package var depth: Int { inputChannels / groups * kernelHeight * kernelWidth }

  package var rows: WindowAxis {
    WindowAxis(
      name: "height", input: inputHeight, kernel: kernelHeight, stride: stride, padding: verticalPadding,
      dilation: dilation)
  }

  package var columns: WindowAxis {
    WindowAxis(
      name: "width", input: inputWidth, kernel: kernelWidth, stride: stride, padding: horizontalPadding,
      dilation: dilation)
  }
}
