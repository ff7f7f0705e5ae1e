import KernelInterface

/// Adds the bias, applies the activation, adds the addends, and stores a register tile's sums in fp32.
struct TileFinish: ActivationLoop {
  let sums: UnsafePointer<Float>
  let tile: TilePlace
  let gemm: GEMMOperands

  @inline(never)
  func run(_ activation: some LaneFunction) {
    let (row, rows, firstVector, vectors) = (tile.row, tile.rows, tile.firstVector, tile.vectors)
    let output = gemm.output.start + (row * gemm.output.stride + firstVector * vectorBytes)
    let lastCount = min(laneCount, gemm.weights.columns - (firstVector + vectors - 1) * laneCount)
    let epilogue = gemm.epilogue
    let isPlain = epilogue.before == nil && epilogue.after == nil
    // Down the rows of one vector: its bias stays in a register, and nothing in the loop has to be decided.
    for vector in 0..<vectors {
      let bias = biasLanes(gemm, firstVector + vector)
      let source = sums + vector * laneCount
      let target = output + vector * vectorBytes
      let count = vector == vectors - 1 ? lastCount : laneCount
      if isPlain, count == laneCount, gemm.output.isNonTemporal {
        for r in 0..<rows {
          Target.storeNonTemporal(
            activation(load(source + r * vectors * laneCount) + bias), target + r * gemm.output.stride)
        }
      } else if isPlain, count == laneCount {
        for r in 0..<rows {
          store(activation(load(source + r * vectors * laneCount) + bias), target + r * gemm.output.stride)
        }
      } else {
        finishVector(gemm, tile, vector, count, sums, bias, activation, FP32.self)
      }
    }
  }
}

/// A vector of the bias; -0 if there is none, which changes no sum.
@inline(__always)
func biasLanes(_ gemm: GEMMOperands, _ vector: Int) -> Lanes {
  gemm.epilogue.bias.map { load($0 + vector * laneCount) } ?? Lanes(repeating: -0.0)
}

/// Finishes a vector of columns that is used in part, or to which a map is added.
@inline(__always)
func finishVector<Storage: LaneStorage>(
  _ gemm: GEMMOperands, _ tile: TilePlace, _ vector: Int, _ count: Int, _ sums: UnsafePointer<Float>, _ bias: Lanes,
  _ activation: some LaneFunction, _: Storage.Type
) {
  let epilogue = gemm.epilogue
  let channel = (tile.firstVector + vector) * laneCount
  let target = gemm.output.start + (tile.row * gemm.output.stride + channel * Storage.byteCount)
  let isNonTemporal = gemm.output.isNonTemporal && Storage.byteCount == FP32.byteCount
  let width = gemm.output.width
  var (y, x) = (gemm.output.firstPixel + tile.row).quotientAndRemainder(dividingBy: width)
  for r in 0..<tile.rows {
    var value = load(sums + (r * tile.vectors + vector) * laneCount) + bias
    if let before = epilogue.before { value += before.lanes(y: y, x: x, channel) }
    value = activation(value)
    if let after = epilogue.after { value += after.lanes(y: y, x: x, channel) }
    Storage.put(value, target + r * gemm.output.stride, first: count, isNonTemporal: isNonTemporal)
    x += 1
    if x == width { (y, x) = (y + 1, 0) }
  }
}
