import Elements

/// One output row of a convolution in which every output channel has one input channel of its own.
package struct DepthwiseRow {
  /// The first channel of the input's first pixel.
  package var source: UnsafePointer<Float>
  package var pixelStride: Int
  package var rows: WindowAxis
  package var columns: WindowAxis
  /// The output row.
  package var y: Int
  package var channels: Int
  /// (taps, channels rounded up to 16).
  package var weights: UnsafePointer<Float>
  /// The first channel of the row's first pixel.
  package var output: UnsafeMutablePointer<Float>
  package var outputStride: Int
  package var epilogue: Epilogue

  package init(
    source: UnsafePointer<Float>, pixelStride: Int, rows: WindowAxis, columns: WindowAxis, y: Int, channels: Int,
    weights: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int, epilogue: Epilogue
  ) {
    self.source = source
    self.pixelStride = pixelStride
    self.rows = rows
    self.columns = columns
    self.y = y
    self.channels = channels
    self.weights = weights
    self.output = output
    self.outputStride = outputStride
    self.epilogue = epilogue
  }
}

/// One output row of a pooling.
package struct PoolingRow {
  package enum Kind: Sendable, Hashable {
    /// The largest number of a window; padding is smaller than any, and a NaN is the largest.
    case maximum
    /// The sum of a window, padding being zeros, divided by the window's elements.
    case average
  }

  package var kind: Kind
  package var source: UnsafePointer<Float>
  package var pixelStride: Int
  package var rows: WindowAxis
  package var columns: WindowAxis
  package var y: Int
  package var channels: Int
  package var output: UnsafeMutablePointer<Float>
  package var outputStride: Int
  /// As an epilogue has it.
  package var streams: Bool
  /// What the maps hold.
  package var precision: ElementType
  package var outputPrecision: ElementType

  package init(
    kind: Kind, source: UnsafePointer<Float>, pixelStride: Int, rows: WindowAxis, columns: WindowAxis, y: Int,
    channels: Int, output: UnsafeMutablePointer<Float>, outputStride: Int, streams: Bool = false,
    precision: ElementType = .fp32, outputPrecision: ElementType = .fp32
  ) {
    self.precision = precision
    self.outputPrecision = outputPrecision
    self.kind = kind
    self.source = source
    self.pixelStride = pixelStride
    self.rows = rows
    self.columns = columns
    self.y = y
    self.channels = channels
    self.output = output
    self.outputStride = outputStride
    self.streams = streams
  }
}

/// Neighbouring pixels of which each element is computed from those in the same place:
/// `activation(scale · x + shift)` of one input, or the activation of the sum of several.
///
/// Where inputs are smaller maps, the pixels are a row, and each pixel of an input is for several of them.
package struct ElementwiseRun {
  /// The first channel of the first pixel of each input.
  package var sources: UnsafePointer<UnsafePointer<Float>>
  package var pixelStrides: UnsafePointer<Int>
  /// The binary logarithms of how many pixels each input's pixels are for.
  package var shifts: UnsafePointer<Int>
  /// What each input's map holds.
  package var precisions: UnsafePointer<ElementType>
  package var sourceCount: Int
  package var count: Int
  package var channels: Int
  /// One for each channel, or nothing for 1 and 0.
  package var scale: UnsafePointer<Float>?
  package var shift: UnsafePointer<Float>?
  package var activation: ActivationFunction
  package var output: UnsafeMutablePointer<Float>
  package var outputStride: Int
  /// As an epilogue has it.
  package var streams: Bool
  package var outputPrecision: ElementType

  package init(
    sources: UnsafePointer<UnsafePointer<Float>>, pixelStrides: UnsafePointer<Int>, shifts: UnsafePointer<Int>,
    precisions: UnsafePointer<ElementType>, sourceCount: Int, count: Int, channels: Int, scale: UnsafePointer<Float>?,
    shift: UnsafePointer<Float>?, activation: ActivationFunction, output: UnsafeMutablePointer<Float>,
    outputStride: Int, streams: Bool = false, outputPrecision: ElementType = .fp32
  ) {
    self.precisions = precisions
    self.outputPrecision = outputPrecision
    self.sources = sources
    self.pixelStrides = pixelStrides
    self.shifts = shifts
    self.sourceCount = sourceCount
    self.count = count
    self.channels = channels
    self.scale = scale
    self.shift = shift
    self.activation = activation
    self.output = output
    self.outputStride = outputStride
    self.streams = streams
  }
}

/// Cells of one level to be decoded.
package struct DecodeRun {
  /// The first channel of the level's first cell; 4 · bins + classes channels a cell.
  package var source: UnsafePointer<Float>
  package var pixelStride: Int
  package var width: Int
  /// The cells to do.
  package var cells: Range<Int>
  package var stride: Float
  package var bins: Int
  package var classes: Int
  package var projection: UnsafePointer<Float>
  /// (4 + classes, anchors), from the level's first anchor on.
  package var output: UnsafeMutablePointer<Float>
  package var anchors: Int

  package init(
    source: UnsafePointer<Float>, pixelStride: Int, width: Int, cells: Range<Int>, stride: Float, bins: Int,
    classes: Int, projection: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, anchors: Int
  ) {
    self.source = source
    self.pixelStride = pixelStride
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

/// Pixels whose channels lie in planes to be brought together, or the other way round.
package struct PlanarRun {
  package enum Direction: Sendable { case toPixels, toPlanes }

  package var direction: Direction
  /// The first pixel of the first plane.
  package var planes: UnsafeMutablePointer<Float>
  package var planeStride: Int
  /// The first channel of the first pixel.
  package var pixels: UnsafeMutablePointer<Float>
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
