import KernelInterface

/// The weights of one convolution as its kernel reads them, with the bias; made once and shared.
package final class PackedWeights: @unchecked Sendable {
  let kernel: ConvolutionKernel
  package let layout: GEMMLayout
  /// For the products, by group: (point, group of columns, depth, vectors, 16).
  let weights: UnsafeMutablePointer<Float>
  /// By group, each a multiple of 16 floats; nothing when there is none.
  let bias: UnsafeMutablePointer<Float>?
  /// Counts the floats of one group's weights, and those of one point.
  let groupCount: Int
  let pointCount: Int
  /// For products by pairs, by group and point: (vectors, 2, 16), as `Pairing` has them.
  let pairing: UnsafeMutablePointer<Float>?
  /// Keeps the memory alive.
  private let memory: WeightMemory

  /// - Parameters:
  ///   - weight: (outputChannels, inputChannels / groups, kernelHeight, kernelWidth)
  ///   - bias: (outputChannels) or nil
  ///   - layout: how the inputs meet the kernel
  /// - Returns: Nothing when there is no memory for it.
  package init?(
    _ kernel: ConvolutionKernel, _ layout: GEMMLayout, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    in memory: WeightMemory, microkernels: Microkernels, pool: ThreadPool
  ) {
    self.kernel = kernel
    self.layout = layout
    let columns = roundUp(layout.groupOutputs, to: 16)
    let depth = layout.depth
    pointCount = kernel == .depthwise ? roundUp(layout.outputChannels, to: 16) * layout.taps : columns * depth
    groupCount = pointCount * kernel.points
    let weightCount = (kernel == .depthwise ? 1 : layout.groups) * groupCount
    let biasCount =
      bias == nil ? 0 : kernel == .depthwise ? roundUp(layout.outputChannels, to: 16) : layout.groups * columns
    let pairingCount = kernel.isPaired ? layout.groups * kernel.points * 2 * columns : 0
    guard let start = memory.allocate(weightCount + pairingCount + biasCount) else { return nil }
    self.memory = memory
    weights = start
    pairing = kernel.isPaired ? weights + weightCount : nil
    self.bias = bias == nil ? nil : weights + weightCount + pairingCount

    if let tile = kernel.tile {
      packWinograd(tile, weight, microkernels.products(for: kernel), pool)
    } else if kernel == .depthwise {
      packDepthwise(weight)
    } else {
      packProduct(weight, microkernels.products(for: kernel), pool)
    }
    if kernel.isPaired { balance(microkernels, pool) }
    if let bias, let packed = self.bias { packBias(bias, packed) }
  }

  private func packProduct(_ weight: UnsafePointer<Float>, _ products: ProductCode, _ pool: ThreadPool) {
    let groups = products.limits.groups(ofVectors: layout.vectors, paired: kernel.isPaired)
    let columnStride = layout.groupInputs * layout.taps
    layout.places().withUnsafeBufferPointer { places in
      guard let places = places.baseAddress else { return }  // a product has a depth of at least one
      pool.forEach(layout.groups * groups.count) { item in
        let (group, columnGroup) = item.quotientAndRemainder(dividingBy: groups.count)
        products.packWeights(
          WeightPacking(
            weight: weight + group * layout.groupOutputs * columnStride, columnStride: columnStride, places: places,
            depth: layout.depth, columns: layout.groupOutputs, groups: groups, packed: weights + group * groupCount,
            range: columnGroup..<columnGroup + 1))
      }
    }
  }

  private func packWinograd(
    _ tile: WinogradTile, _ weight: UnsafePointer<Float>, _ products: ProductCode, _ pool: ThreadPool
  ) {
    let groups = products.limits.groups(ofVectors: layout.vectors, paired: kernel.isPaired)
    layout.places().withUnsafeBufferPointer { places in
      guard let places = places.baseAddress else { return }  // a product has a depth of at least one
      pool.forEach(layout.groups * groups.count) { item in
        let (group, columnGroup) = item.quotientAndRemainder(dividingBy: groups.count)
        products.transformWeights(
          WinogradWeights(
            tile: tile, weight: weight + group * layout.groupOutputs * layout.groupInputs * 9,
            channels: layout.groupInputs, places: places, depth: layout.depth, columns: layout.groupOutputs,
            groups: groups, packed: weights + group * groupCount, pointStride: pointCount,
            range: columnGroup..<columnGroup + 1))
      }
    }
  }

  private func balance(_ microkernels: Microkernels, _ pool: ThreadPool) {
    let points = kernel.points
    layout.depths.withUnsafeBufferPointer { depths in
      guard let depths = depths.baseAddress else { return }  // a product has a depth of at least one
      pool.forEach(layout.groups * points * layout.vectors) { item in
        let (place, vector) = item.quotientAndRemainder(dividingBy: layout.vectors)
        let (group, point) = place.quotientAndRemainder(dividingBy: points)
        guard let result = pairing(group: group, point: point) else { return }
        microkernels.balanceColumns(
          ColumnBalance(
            weights: weights + group * groupCount + point * pointCount + vector * layout.depth * 16, depths: depths,
            blocks: layout.depths.count, depth: layout.depth, result: result + vector * 32))
      }
    }
  }

  /// What belongs to one group and point: (vectors, 2, 16).
  func pairing(group: Int, point: Int = 0) -> UnsafeMutablePointer<Float>? {
    pairing.map { $0 + (group * kernel.points + point) * layout.vectors * 32 }
  }

  private func packDepthwise(_ weight: UnsafePointer<Float>) {
    let stride = roundUp(layout.outputChannels, to: 16)
    for tap in 0..<layout.taps {
      for channel in 0..<stride {
        weights[tap * stride + channel] = channel < layout.outputChannels ? weight[channel * layout.taps + tap] : 0
      }
    }
  }

  private func packBias(_ bias: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
    let groups = kernel == .depthwise ? 1 : layout.groups
    let count = layout.outputChannels / groups
    let stride = roundUp(count, to: 16)
    for group in 0..<groups {
      for channel in 0..<stride {
        packed[group * stride + channel] = channel < count ? bias[group * count + channel] : 0
      }
    }
  }
}

/// Rounds a positive number up to a multiple.
@inline(__always)
func roundUp(_ number: Int, to multiple: Int) -> Int {
  (number + multiple - 1) / multiple * multiple
}
