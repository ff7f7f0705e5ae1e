#if AVX512BF16
  import CProcessor
  import KernelInterface

  extension BF16 {
    @inline(__always)
    static func finish(_ sums: UnsafePointer<Float>, _ tile: TilePlace, _ gemm: GEMMOperands) {
      run(BF16TileFinish(sums: sums, tile: tile, gemm: gemm), with: gemm.epilogue.activation)
    }
  }

  /// What `TileFinish` does, for an output in bf16.
  private struct BF16TileFinish: ActivationLoop {
    let sums: UnsafePointer<Float>
    let tile: TilePlace
    let gemm: GEMMOperands

    @inline(never)
    func run(_ activation: some LaneFunction) {
      let epilogue = gemm.epilogue
      let isPlain = epilogue.before == nil && epilogue.after == nil
      let columns = gemm.weights.columns - tile.firstVector * laneCount
      var vector = 0
      while vector < tile.vectors {
        if isPlain, vector + 2 <= tile.vectors, columns - vector * laneCount >= 2 * laneCount {
          finishTwo(vector, activation)
          vector += 2
        } else {
          let count = min(laneCount, columns - vector * laneCount)
          finishVector(
            gemm, tile, vector, count, sums, biasLanes(gemm, tile.firstVector + vector), activation, BF16.self)
          vector += 1
        }
      }
    }

    /// Two vectors fill a line. Groups of three, after which others would begin inside one, come last and are stored
    /// through the caches.
    @inline(__always)
    private func finishTwo(_ vector: Int, _ activation: some LaneFunction) {
      let first = tile.firstVector + vector
      let (firstBias, secondBias) = (biasLanes(gemm, first), biasLanes(gemm, first + 1))
      let source = sums + vector * laneCount
      let target = gemm.output.start + (tile.row * gemm.output.stride + first * BF16.stride)
      let isNonTemporal = gemm.output.isNonTemporal
      for r in 0..<tile.rows {
        let pair = source + r * tile.vectors * laneCount
        let elements = gelan_narrow_both(
          activation(load(pair) + firstBias), activation(load(pair + laneCount) + secondBias))
        if isNonTemporal {
          Target.storeNonTemporal(elements, target + r * gemm.output.stride)
        } else {
          store(elements, target + r * gemm.output.stride)
        }
      }
    }
  }
#endif
