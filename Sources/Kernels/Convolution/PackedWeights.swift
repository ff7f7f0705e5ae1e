import KernelInterface

/// The weights of one convolution as its kernel reads them, with the bias; made once and shared.
package final class PackedWeights: @unchecked Sendable {
  let kernel: ConvolutionKernel
  package let layout: GEMMLayout
  /// For GEMMs, by group: (point, group of columns, depth, vectors, lanes); for depthwise convolutions (taps, channels).
  let weights: UnsafeMutableRawPointer
  /// By group, each in whole vectors; `nil` if there is none.
  let bias: UnsafeMutablePointer<Float>?
  /// The bytes of one group's weights, and those of one point.
  private let groupStride: Int
  let pointStride: Int
  /// For Winograd's inner product, by group and point: (vectors, 2, lanes), as `InnerProductTerms` has them.
  private let columnTerms: UnsafeMutablePointer<Float>?
  /// Keeps the memory alive.
  private let memory: WeightMemory

  /// - Parameters:
  ///   - weight: (outputChannels, inputChannels / groups, kernelHeight, kernelWidth)
  ///   - bias: (outputChannels) or nil
  ///   - layout: how the inputs meet the kernel
  /// - Returns: `nil` if there is no memory for it.
  package init?(
    _ kernel: ConvolutionKernel, _ layout: GEMMLayout, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    in memory: WeightMemory, microkernels: Microkernels, pool: ThreadPool
  ) {
    self.kernel = kernel
    self.layout = layout
    let isDepthwise = kernel == .depthwise
    let groups = isDepthwise ? 1 : layout.groups
    let columns = roundUp(isDepthwise ? layout.outputChannels : layout.groupOutputs, to: laneCount)
    pointStride = columns * laneBytes * (isDepthwise ? layout.taps : layout.depth)
    groupStride = pointStride * kernel.points
    let weightBytes = groups * groupStride
    let biasBytes = bias == nil ? 0 : groups * columns * laneBytes
    let termBytes = kernel.isPaired ? groups * kernel.points * 2 * columns * laneBytes : 0
    guard let start = memory.allocate(weightBytes + termBytes + biasBytes) else { return nil }
    self.memory = memory
    weights = start
    columnTerms = kernel.isPaired ? (start + weightBytes).assumingMemoryBound(to: Float.self) : nil
    self.bias = bias == nil ? nil : (start + weightBytes + termBytes).assumingMemoryBound(to: Float.self)

    let build = microkernels.build(for: kernel.elementType)
    if isDepthwise { packDepthwise(weight) } else { packGEMM(weight, build, pool) }
    if kernel.isPaired { scaleColumns(build.gemm, pool) }
    if let bias, let packed = self.bias { packBias(bias, packed, groups: groups) }
  }

  /// The packed weights of one group and point.
  func start(group: Int, point: Int = 0) -> UnsafeMutableRawPointer {
    weights + (group * groupStride + point * pointStride)
  }

  /// The terms of one group and point: (vectors, 2, lanes).
  func terms(group: Int, point: Int = 0) -> UnsafeMutablePointer<Float>? {
    columnTerms.map { $0 + (group * kernel.points + point) * layout.vectors * 2 * laneCount }
  }

  private func packGEMM(_ weight: UnsafePointer<Float>, _ build: MicrokernelBuild, _ pool: ThreadPool) {
    let groups = build.registerTile.groups(ofVectors: layout.vectors, byInnerProduct: kernel.isPaired)
    let columnStride = layout.groupInputs * (kernel.tile == nil ? layout.taps : 9)
    layout.places().withUnsafeBufferPointer { places in
      guard let places = places.baseAddress else { return }  // a GEMM has a depth of at least one
      pool.forEach(layout.groups * groups.count) { item in
        let (group, columnGroup) = item.quotientAndRemainder(dividingBy: groups.count)
        let weight = weight + group * layout.groupOutputs * columnStride
        let packed = PackedColumns(
          start: start(group: group), depth: layout.depth, columns: layout.groupOutputs, groups: groups,
          range: columnGroup..<columnGroup + 1)
        if let tile = kernel.tile {
          build.winograd.transformWeights(
            WinogradWeights(
              tile: tile, weight: weight, channels: layout.groupInputs, places: places, packed: packed,
              pointStride: pointStride))
        } else {
          build.gemm.packWeights(
            WeightPacking(weight: weight, columnStride: columnStride, places: places, packed: packed))
        }
      }
    }
  }

  private func scaleColumns(_ gemm: GEMMMicrokernels, _ pool: ThreadPool) {
    let points = kernel.points
    layout.withDepths { depths in
      pool.forEach(layout.groups * points * layout.vectors) { item in
        let (place, vector) = item.quotientAndRemainder(dividingBy: layout.vectors)
        let (group, point) = place.quotientAndRemainder(dividingBy: points)
        guard let result = terms(group: group, point: point) else { return }
        let columns = start(group: group, point: point) + vector * layout.depth * vectorBytes
        gemm.scaleColumns(
          ColumnScaling(
            weights: columns.assumingMemoryBound(to: Float.self), depths: depths,
            result: result + vector * 2 * laneCount))
      }
    }
  }

  private func packDepthwise(_ weight: UnsafePointer<Float>) {
    let packed = weights.assumingMemoryBound(to: Float.self)
    let stride = roundUp(layout.outputChannels, to: laneCount)
    for tap in 0..<layout.taps {
      for channel in 0..<stride {
        packed[tap * stride + channel] = channel < layout.outputChannels ? weight[channel * layout.taps + tap] : 0
      }
    }
  }

  private func packBias(_ bias: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>, groups: Int) {
    let count = layout.outputChannels / groups
    let stride = roundUp(count, to: laneCount)
    for group in 0..<groups {
      for channel in 0..<stride {
        packed[group * stride + channel] = channel < count ? bias[group * count + channel] : 0
      }
    }
  }
}
