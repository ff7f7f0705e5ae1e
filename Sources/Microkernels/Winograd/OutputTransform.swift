import KernelInterface

/// Turns products into outputs: Aᵀ m A for each tile and column, then the epilogue.
func transformOutput(_ output: WinogradOutput) {
  if output.output.elementType.isFP32 {
    transformOutput(output, FP32.self)
  } else {
    transformOutput(output, Target.Operand.self)
  }
}

@inline(__always)
private func transformOutput<Storage: ElementFormat>(_ output: WinogradOutput, _: Storage.Type) {
  let activation = output.epilogue.activation
  switch output.tiles.tile {
  case .four: run(OutputTiles<FourTransform, Storage>(output: output), with: activation)
  case .six: run(OutputTiles<SixTransform, Storage>(output: output), with: activation)
  case .stridedTwo: run(OutputTiles<StridedTwoTransform, Storage>(output: output), with: activation)
  case .stridedFour: run(OutputTiles<StridedFourTransform, Storage>(output: output), with: activation)
  }
}

private struct OutputTiles<Transform: WinogradTransform, Storage: ElementFormat>: ActivationLoop {
  let output: WinogradOutput

  @inline(never)
  func run(_ activation: some LaneFunction) {
    let outputs = Transform.outputs
    let side = Transform.inputs
    let half = output.temporary
    let sums = half + side * side * laneCount
    var tileY = output.tiles.first / output.tiles.across
    var tileX = output.tiles.first - tileY * output.tiles.across
    for tile in 0..<output.tiles.count {
      let (top, left) = (tileY * outputs, tileX * outputs)
      let rows = min(outputs, output.height - top)
      let columns = min(outputs, output.output.width - left)
      for vector in output.vectors {
        let source = output.products + (tile * output.tileStride + vector * laneCount)
        for column in 0..<side {
          Transform.output(
            source + column * output.pointStride, side * output.pointStride * laneBytes, half + column * laneCount,
            side * vectorBytes)
        }
        for row in 0..<rows {
          Transform.output(
            half + row * side * laneCount, vectorBytes, sums + row * outputs * laneCount, vectorBytes)
        }
        finish(sums, vector: vector, top: top, left: left, rows: rows, columns: columns, activation)
      }
      tileX += 1
      if tileX == output.tiles.across {
        tileX = 0
        tileY += 1
      }
    }
    if isNonTemporal { Target.fence() }
  }

  /// Half lines one after another pass through the caches.
  @inline(__always)
  private var isNonTemporal: Bool { output.output.isNonTemporal && Storage.byteCount == FP32.byteCount }

  /// Adds the bias, applies the activation, adds the addends, and stores a tile's sums.
  @inline(__always)
  private func finish(
    _ sums: UnsafePointer<Float>, vector: Int, top: Int, left: Int, rows: Int, columns: Int,
    _ activation: some LaneFunction
  ) {
    let epilogue = output.epilogue
    let channel = vector * laneCount
    let count = min(laneCount, output.columns - channel)
    let bias = epilogue.bias.map { load($0 + channel) } ?? Lanes(repeating: -0.0)
    // Without a choice in the loop for each output; only those at the borders of a map are parts of a tile.
    let isWhole = epilogue.before == nil && count == laneCount && columns == Transform.outputs
    for row in 0..<rows {
      let source = sums + row * Transform.outputs * laneCount
      let y = top + row
      let line =
        output.output.start
        + ((y * output.output.width + left) * output.output.stride + channel * Storage.byteCount)
      if isWhole, let after = epilogue.after {
        let addend = after.pixel(y: y, x: left) + after.offset(of: channel)
        for column in 0..<Transform.outputs {
          let value =
            activation(load(source + column * laneCount) + bias) + after.lanes(addend + column * after.pixelStride)
          // The next tile's.
          prefetch(addend + (column + Transform.outputs) * after.pixelStride)
          Storage.put(value, line + column * output.output.stride, first: laneCount, isNonTemporal: isNonTemporal)
        }
      } else if isWhole, isNonTemporal {
        for column in 0..<Transform.outputs {
          Target.storeNonTemporal(
            activation(load(source + column * laneCount) + bias), line + column * output.output.stride)
        }
      } else if isWhole {
        for column in 0..<Transform.outputs {
          Storage.put(activation(load(source + column * laneCount) + bias), line + column * output.output.stride)
        }
      } else {
        for column in 0..<columns {
          var value = load(source + column * laneCount) + bias
          if let before = epilogue.before { value += before.lanes(y: y, x: left + column, channel) }
          value = activation(value)
          if let after = epilogue.after { value += after.lanes(y: y, x: left + column, channel) }
          Storage.put(value, line + column * output.output.stride, first: count, isNonTemporal: isNonTemporal)
        }
      }
    }
  }
}
