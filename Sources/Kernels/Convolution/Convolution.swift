import KernelInterface

/// Everything that one convolution reads and writes: `after + activation(weight ⋆ inputs + bias + before)`.
package struct ConvolutionOperands {
  /// Maps of one height and width, whose channels are concatenated.
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
    let first = group * weights.layout.groupOutputs
    func addend(_ map: FeatureMap?) -> Addend? {
      map.map { Addend($0, channel: first, shift: $0.shift(to: output.shape)) }
    }
    return Epilogue(
      bias: weights.bias.map { UnsafePointer($0 + group * roundUp(weights.layout.groupOutputs, to: laneCount)) },
      activation: activation, before: addend(before), after: addend(after))
  }

  /// Where a group of output channels goes, from one pixel on.
  func output(group: Int, pixel: Int = 0) -> OutputSpan {
    let channels = weights.layout.groupOutputs
    var span = OutputSpan(output, pixel: pixel, channel: group * channels)
    if channels * output.elementType.byteCount % vectorBytes != 0 { span.isNonTemporal = false }
    return span
  }
}

/// A convolution at one size: how its work is divided, decided once.
package struct Convolution {
  package let kernel: ConvolutionKernel
  package let geometry: ConvolutionGeometry
  package private(set) var layout: GEMMLayout
  private let microkernels: Microkernels
  let strips: GEMMTiling?
  let tiles: WinogradTiling?

  package init(
    _ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry, _ layout: GEMMLayout, microkernels: Microkernels,
    threads: Int
  ) {
    require(kernel.supports(geometry), "The convolution kernel \(kernel) does not support \(geometry).")
    self.kernel = kernel
    self.geometry = geometry
    self.layout = layout
    self.microkernels = microkernels
    let registerTile = microkernels.build(for: kernel.elementType).registerTile
    let groups = registerTile.groups(ofVectors: layout.vectors, byInnerProduct: kernel.isPaired)
    strips =
      kernel.tile == nil && kernel != .depthwise
      ? GEMMTiling(
        layout, pixels: geometry.outputShape.planeCount, groups: groups, registerTile: registerTile,
        isPaired: kernel.isPaired, threads: threads) : nil
    tiles = kernel.tile.map {
      WinogradTiling($0, layout, geometry, groups: groups, isPaired: kernel.isPaired, threads: threads)
    }
  }

  /// The same convolution with an equal layout that others hold already: it may be as large as an index for each row of
  /// the weights.
  package func sharing(_ layout: GEMMLayout) -> Convolution {
    require(layout == self.layout, "Only an equal layout can be shared.")
    var convolution = self
    convolution.layout = layout
    return convolution
  }

  /// The bytes of scratch memory that a run uses.
  package var scratchByteCount: Int { (strips?.scratchBytes ?? 0) + (tiles?.scratchBytes ?? 0) }

  /// - Parameter scratch: `scratchByteCount` bytes on a cache line.
  package func run(_ operands: ConvolutionOperands, scratch: UnsafeMutableRawPointer, pool: ThreadPool) {
    let read = operands.inputs + [operands.before, operands.after].compactMap(\.self)
    require(
      read.allSatisfy { $0.elementType == .fp32 || $0.elementType == kernel.elementType }
        && (operands.output.elementType == .fp32 || kernel.writesBF16)
        && (tiles == nil || operands.inputs.map(\.elementType) == layout.elementTypes),
      "Maps in bf16 are read by convolutions in bf16 whose weights were packed for them.")
    let build = microkernels.build(for: kernel.elementType)
    if let strips {
      // Operands in fp32 whose output is in bf16 are multiplied by the build that can write it.
      let multiply = microkernels.build(forMaps: [operands.output]).gemm.multiply
      runGEMM(
        strips, geometry, operands, build.gemm,
        multiply: kernel.elementType == .fp32 ? multiply : build.gemm.multiply, scratch: scratch, pool: pool)
    } else if let tiles {
      runWinograd(tiles, geometry, operands, build, scratch: scratch, pool: pool)
    } else {
      runDepthwise(geometry, operands, build.maps, pool: pool)
    }
  }
}
