/// One output row of a convolution in which every output channel has one input channel of its own.
package struct DepthwiseRow {
  /// From the input's first pixel on.
  package var input: PixelSpan
  package var rows: WindowAxis
  package var columns: WindowAxis
  /// The output row.
  package var y: Int
  /// (taps, channels rounded up to whole vectors).
  package var weights: UnsafePointer<Float>
  package var output: OutputSpan
  package var epilogue: Epilogue

  package init(
    input: PixelSpan, rows: WindowAxis, columns: WindowAxis, y: Int, weights: UnsafePointer<Float>,
    output: OutputSpan, epilogue: Epilogue
  ) {
    self.input = input
    self.rows = rows
    self.columns = columns
    self.y = y
    self.weights = weights
    self.output = output
    self.epilogue = epilogue
  }
}

/// One output row of a pooling.
package struct PoolingRow {
  package enum Kind: Sendable, Hashable {
    /// The largest element of a window; padding is smaller than any, and a NaN is the largest.
    case maximum
    /// The sum of a window, padding being zeros, divided by the window's elements.
    case average
  }

  package var kind: Kind
  /// From the input's first pixel on.
  package var input: PixelSpan
  package var rows: WindowAxis
  package var columns: WindowAxis
  /// The output row.
  package var y: Int
  package var output: OutputSpan

  package init(
    kind: Kind, input: PixelSpan, rows: WindowAxis, columns: WindowAxis, y: Int, output: OutputSpan
  ) {
    self.kind = kind
    self.input = input
    self.rows = rows
    self.columns = columns
    self.y = y
    self.output = output
  }
}

/// Neighbouring pixels of which each element is computed from those in the same place:
/// `activation(scale · x + shift)` of one input, or the activation of the sum of several.
///
/// Where inputs are smaller maps, the pixels are a row, and each pixel of an input is for several of them.
package struct ElementwiseSpan {
  /// The inputs, from the pixel on that the first output pixel meets.
  package var inputs: UnsafePointer<Addend>
  package var inputCount: Int
  package var count: Int
  package var channels: Int
  /// One for each channel, or `nil` for 1 and 0.
  package var scale: UnsafePointer<Float>?
  package var shift: UnsafePointer<Float>?
  package var activation: ActivationFunction
  package var output: OutputSpan

  package init(
    inputs: UnsafePointer<Addend>, inputCount: Int, count: Int, channels: Int, scale: UnsafePointer<Float>?,
    shift: UnsafePointer<Float>?, activation: ActivationFunction, output: OutputSpan
  ) {
    self.inputs = inputs
    self.inputCount = inputCount
    self.count = count
    self.channels = channels
    self.scale = scale
    self.shift = shift
    self.activation = activation
    self.output = output
  }
}

/// Cells of one level to be decoded.
package struct DecodeSpan {
  /// From the level's first cell on; 4 · bins + classes channels a cell.
  package var level: PixelSpan
  package var width: Int
  /// The cells to work on.
  package var cells: Range<Int>
  package var stride: Float
  package var bins: Int
  package var classes: Int
  package var projection: UnsafePointer<Float>
  /// (4 + classes, anchors), from the level's first anchor on.
  package var output: UnsafeMutablePointer<Float>
  package var anchors: Int

  package init(
    level: PixelSpan, width: Int, cells: Range<Int>, stride: Float, bins: Int, classes: Int,
    projection: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, anchors: Int
  ) {
    self.level = level
    self.width = width
    self.cells = cells
    self.stride = stride
    self.bins = bins
    self.classes = classes
    self.projection = projection
    self.output = output
    self.anchors = anchors
  }
}

/// Neighbouring pixels to be converted from NCHW to NHWC, or back.
package struct LayoutConversion {
  package enum Direction: Sendable { case toNHWC, toNCHW }

  package var direction: Direction
  /// The first pixel of the first plane.
  package var planes: UnsafeMutablePointer<Float>
  /// The floats from one plane to the next.
  package var planeStride: Int
  /// The first channel of the first pixel.
  package var pixels: UnsafeMutablePointer<Float>
  /// The floats from one pixel to the next.
  package var pixelStride: Int
  package var count: Int
  package var channels: Int

  package init(
    direction: Direction, planes: UnsafeMutablePointer<Float>, planeStride: Int, pixels: UnsafeMutablePointer<Float>,
    pixelStride: Int, count: Int, channels: Int
  ) {
    self.direction = direction
    self.planes = planes
    self.planeStride = planeStride
    self.pixels = pixels
    self.pixelStride = pixelStride
    self.count = count
    self.channels = channels
  }
}
