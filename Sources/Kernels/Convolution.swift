import KernelInterface

/// Everything that one convolution reads and writes: `after + activation(weight ⋆ inputs + bias + before)`.
package struct ConvolutionOperands {
  /// Maps of one height and width, whose channels are joined.
  package var inputs: [FeatureMap]
  package var weights: PackedWeights
  package var activation: ActivationFunction
  /// A map of the output's shape, or one whose rows and columns each stand for two, four, … of the output's.
  package var before: FeatureMap?
  /// A map of the output's shape.
  package var after: FeatureMap?
  /// Must not overlap an input; may be `after` itself.
  package var output: FeatureMap

  package init(
    inputs: [FeatureMap], weights: PackedWeights, activation: ActivationFunction = .identity,
    before: FeatureMap? = nil, after: FeatureMap? = nil, output: FeatureMap
  ) {
    self.inputs = inputs
    self.weights = weights
    self.activation = activation
    self.before = before
    self.after = after
    self.output = output
  }

  /// The epilogue for a group of output channels.
  func epilogue(group: Int) -> Epilogue {
    let layout = weights.layout
    let first = group * layout.groupOutputs
    return Epilogue(
      bias: weights.bias.map { UnsafePointer($0 + group * roundUp(layout.groupOutputs, to: 16)) },
      activation: activation, before: before.map { addend($0, first) }, after: after.map { addend($0, first) },
      streams: output.streams && layout.groupOutputs % (16 * output.precision.numbersInWord) == 0,
      precision: output.precision)
  }

  private func addend(_ map: FeatureMap, _ channel: Int) -> Addend {
    Addend(
      start: map.start + map.floats(before: channel), pixelStride: map.pixelStride, rowStride: map.rowStride,
      shift: map.shift(to: output.shape), precision: map.precision)
  }
}

/// A convolution at one size: how its work is divided, decided once.
package struct Convolution {
  package let kernel: ConvolutionKernel
  package let geometry: ConvolutionGeometry
  let layout: ProductLayout
  private let code: VectorCode
  private let productCode: ProductCode
  private let strips: ProductTiling?
  private let tiles: WinogradTiling?

  package init(
    _ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry, _ layout: ProductLayout, code: VectorCode,
    threads: Int
  ) {
    require(kernel.supports(geometry), "The convolution kernel \(kernel) does not support \(geometry).")
    self.kernel = kernel
    self.geometry = geometry
    self.layout = layout
    self.code = code
    productCode = code.products(for: kernel)
    let groups = productCode.limits.groups(ofVectors: layout.vectors, paired: kernel.isPaired)
    strips =
      kernel.tile == nil && kernel != .depthwise
      ? ProductTiling(
        layout, pixels: geometry.outputShape.planeCount, groups: groups, limits: productCode.limits,
        isPaired: kernel.isPaired, threads: threads) : nil
    tiles = kernel.tile.map {
      WinogradTiling($0, layout, geometry, groups: groups, isPaired: kernel.isPaired, threads: threads)
    }
  }

  /// Counts the floats of scratch memory that a run uses.
  package var scratchCount: Int { (strips?.scratchCount ?? 0) + (tiles?.scratchCount ?? 0) }

  /// - Parameter scratch: `scratchCount` floats on a cache line.
  package func run(_ operands: ConvolutionOperands, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool) {
    let read = operands.inputs + [operands.before, operands.after].compactMap(\.self)
    require(
      read.allSatisfy { $0.precision == .fp32 || $0.precision == kernel.precision }
        && (operands.output.precision == .fp32 || kernel.writesBF16)
        && (tiles == nil || operands.inputs.map(\.precision) == layout.precisions),
      "Maps in bf16 are read by convolutions in bf16 whose weights were laid out for them.")
    if let strips {
      let roundsOutput = kernel.precision == .fp32 && operands.output.precision == .bf16
      runProduct(
        strips, layout, geometry, operands, code: code, productCode: productCode,
        multiply: roundsOutput ? code.inBF16.multiplySinglePrecision : productCode.multiply, scratch: scratch,
        pool: pool)
    } else if let tiles {
      runWinograd(tiles, layout, geometry, operands, code: code, productCode: productCode, scratch: scratch, pool: pool)
    } else {
      runDepthwise(geometry, operands, code: code, pool: pool)
    }
  }
}

private func runDepthwise(
  _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, code: VectorCode, pool: ThreadPool
) {
  let (input, output) = (operands.inputs[0], operands.output)
  let epilogue = operands.epilogue(group: 0)
  let (rows, columns) = (geometry.rows, geometry.columns)
  pool.forEachRange(rows.output, atLeast: rowGrain(output.shape.width * output.channels * operands.weights.layout.taps))
  {
    for y in $0 {
      code.depthwise(
        DepthwiseRow(
          source: UnsafePointer(input.start), pixelStride: input.pixelStride, rows: rows, columns: columns, y: y,
          channels: output.channels, weights: UnsafePointer(operands.weights.weights),
          output: output.start + y * output.rowStride, outputStride: output.pixelStride, epilogue: epilogue))
    }
  }
}

/// Counts the rows of so many elements that are worth a thread's attention.
func rowGrain(_ elements: Int) -> Int { max(1, 8192 / max(1, elements)) }
