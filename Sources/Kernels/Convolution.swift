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
      streams: output.isNonTemporal && layout.groupOutputs % (16 * output.elementType.dotLength) == 0,
      precision: output.elementType)
  }

  private func addend(_ map: FeatureMap, _ channel: Int) -> Addend {
    Addend(
      start: map.floats + map.floatOffset( channel), pixelStride: map.floatStride, rowStride: map.floatRowStride,
      shift: map.shift(to: output.shape), precision: map.elementType)
  }
}

/// A convolution at one size: how its work is divided, decided once.
package struct Convolution {
  package let kernel: ConvolutionKernel
  package let geometry: ConvolutionGeometry
  let layout: GEMMLayout
  private let microkernels: Microkernels
  private let productCode: ProductCode
  private let strips: ProductTiling?
  private let tiles: WinogradTiling?

  package init(
    _ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry, _ layout: GEMMLayout, microkernels: Microkernels,
    threads: Int
  ) {
    require(kernel.supports(geometry), "The convolution kernel \(kernel) does not support \(geometry).")
    self.kernel = kernel
    self.geometry = geometry
    self.layout = layout
    self.microkernels = microkernels
    productCode = microkernels.products(for: kernel)
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

  /// The bytes of scratch memory that a run uses.
  package var scratchByteCount: Int { 4 * ((strips?.scratchCount ?? 0) + (tiles?.scratchCount ?? 0)) }

  /// - Parameter scratch: `scratchByteCount` bytes on a cache line.
  package func run(_ operands: ConvolutionOperands, scratch: UnsafeMutableRawPointer, pool: ThreadPool) {
    let scratch = scratch.assumingMemoryBound(to: Float.self)
    let read = operands.inputs + [operands.before, operands.after].compactMap(\.self)
    require(
      read.allSatisfy { $0.elementType == .fp32 || $0.elementType == kernel.elementType }
        && (operands.output.elementType == .fp32 || kernel.writesBF16)
        && (tiles == nil || operands.inputs.map(\.elementType) == layout.elementTypes),
      "Maps in bf16 are read by convolutions in bf16 whose weights were laid out for them.")
    if let strips {
      let roundsOutput = kernel.elementType == .fp32 && operands.output.elementType == .bf16
      runProduct(
        strips, layout, geometry, operands, microkernels: microkernels, productCode: productCode,
        multiply: roundsOutput ? microkernels.inBF16.multiplySinglePrecision : productCode.multiply, scratch: scratch,
        pool: pool)
    } else if let tiles {
      runWinograd(tiles, layout, geometry, operands, microkernels: microkernels, productCode: productCode, scratch: scratch, pool: pool)
    } else {
      runDepthwise(geometry, operands, microkernels: microkernels, pool: pool)
    }
  }
}

private func runDepthwise(
  _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, microkernels: Microkernels, pool: ThreadPool
) {
  let (input, output) = (operands.inputs[0], operands.output)
  let epilogue = operands.epilogue(group: 0)
  let (rows, columns) = (geometry.rows, geometry.columns)
  pool.forEachRange(rows.output, atLeast: rowGrain(output.shape.width * output.channels * operands.weights.layout.taps))
  {
    for y in $0 {
      microkernels.depthwise(
        DepthwiseRow(
          source: UnsafePointer(input.floats), pixelStride: input.floatStride, rows: rows, columns: columns, y: y,
          channels: output.channels, weights: UnsafePointer(operands.weights.weights),
          output: output.floats + y * output.floatRowStride, outputStride: output.floatStride, epilogue: epilogue))
    }
  }
}

/// Counts the rows of so many elements that are worth a thread's attention.
func rowGrain(_ elements: Int) -> Int { max(1, 8192 / max(1, elements)) }
