import KernelInterface

/// The GEMM microkernel of one register tile by Winograd's inner product: `rows` pixels, up to sixteen, by one vector of
/// columns.
///
/// Two terms of a sum cost one multiplication and two additions, as
/// w₀y₀ + w₁y₁ = (w₀ + y₁)(w₁ + y₀) − w₀w₁ − y₀y₁,
/// where w₀w₁ depends on the column alone and y₀y₁ on the row alone, so that their sums are made once (S. Winograd, "A New
/// Algorithm for Inner Product", IEEE Transactions on Computers C-17, 1968). On processors with separate pipes for adding
/// and multiplying, tiles take ten of sixteen terms in pairs and the rest one by one, and both pipes are busy: sixteen
/// terms take the time of eleven.
///
/// The two factors round as their larger term does, so the operands are scaled to about the same size first: see
/// `scaleRows` and `scaleColumns`. The rounding of a sum is then in proportion to √Σw² · √Σy², the sizes of the column and
/// of the row, as it is in Winograd's convolutions. One by one it is in proportion to Σ|w·y|, which is less where large
/// elements meet small weights alone.
enum InnerProductTile<let rows: Int> {
  /// - Parameters:
  ///   - panel: (blocks, …, lanes), the tile's first row
  ///   - blockStride: the bytes from one block to the next
  ///   - depths: for each block, how many of its lanes are used
  ///   - weights: (depth, lanes)
  ///   - weightsAhead: the bytes to the weights that are prefetched
  ///   - rowTerms: (rows, 2), as `InnerProductTerms` has them
  ///   - columnTerms: (2, lanes)
  ///   - sums: where the first row's sums go
  ///   - sumStride: the bytes from one row's sums to the next
  @inline(never)
  static func multiply(
    panel: UnsafeRawPointer, blockStride: Int, depths: UnsafePointer<UInt8>, blocks: Int,
    weights: UnsafeRawPointer, weightsAhead: Int, rowTerms: UnsafePointer<Float>, columnTerms: UnsafePointer<Float>,
    sums: UnsafeMutableRawPointer, sumStride: Int
  ) {
    var a0 = Lanes()
    var a1 = Lanes()
    var a2 = Lanes()
    var a3 = Lanes()
    var a4 = Lanes()
    var a5 = Lanes()
    var a6 = Lanes()
    var a7 = Lanes()
    var a8 = Lanes()
    var a9 = Lanes()
    var a10 = Lanes()
    var a11 = Lanes()
    var a12 = Lanes()
    var a13 = Lanes()
    var a14 = Lanes()
    var a15 = Lanes()

    var block = panel
    var weight = weights
    for index in 0..<blocks {
      var lane = block
      if depths[index] == laneCount {
        // The loop runs at least once, which it says: then sums need not be moved between registers around it.
        let end = lane + Pairs.count * laneBytes
        repeat {
          let first = load(weight)
          let second = load(weight + Pairs.distance * vectorBytes)
          let single = load(weight + Pairs.singles * vectorBytes)
          prefetch(weight + weightsAhead)
          prefetch(weight + (weightsAhead + Pairs.distance * vectorBytes))
          prefetch(weight + (weightsAhead + Pairs.singles * vectorBytes))
          @inline(__always) func add(_ row: Int, _ a: inout Lanes) {
            guard row < rows else { return }
            let offset = row * vectorBytes
            a = sum(
              a, first + element(lane, offset + Pairs.distance * laneBytes), times: second + element(lane, offset))
            a = sum(a, single, times: element(lane, offset + Pairs.singles * laneBytes))
          }
          add(0, &a0)
          add(1, &a1)
          add(2, &a2)
          add(3, &a3)
          add(4, &a4)
          add(5, &a5)
          add(6, &a6)
          add(7, &a7)
          add(8, &a8)
          add(9, &a9)
          add(10, &a10)
          add(11, &a11)
          add(12, &a12)
          add(13, &a13)
          add(14, &a14)
          add(15, &a15)
          lane += laneBytes
          weight += vectorBytes
        } while lane < end
        // What is left of the block: its last depth.
        lane += Pairs.singles * laneBytes
        weight += Pairs.singles * vectorBytes
      }
      let end = block + Int(depths[index]) * laneBytes
      repeat {
        let single = load(weight)
        prefetch(weight + weightsAhead)
        @inline(__always) func add(_ row: Int, _ a: inout Lanes) {
          guard row < rows else { return }
          a = sum(a, single, times: element(lane, row * vectorBytes))
        }
        add(0, &a0)
        add(1, &a1)
        add(2, &a2)
        add(3, &a3)
        add(4, &a4)
        add(5, &a5)
        add(6, &a6)
        add(7, &a7)
        add(8, &a8)
        add(9, &a9)
        add(10, &a10)
        add(11, &a11)
        add(12, &a12)
        add(13, &a13)
        add(14, &a14)
        add(15, &a15)
        lane += laneBytes
        weight += vectorBytes
      } while lane < end
      block += blockStride
    }

    let correction = load(columnTerms)
    let scale = load(columnTerms + laneCount)
    @inline(__always) func put(_ row: Int, _ a: Lanes) {
      guard row < rows else { return }
      let ofRow = rowTerms + row * 2
      store(
        (a - (correction + Lanes(repeating: ofRow[0]))) * (scale * Lanes(repeating: ofRow[1])),
        sums + row * sumStride)
    }
    put(0, a0)
    put(1, a1)
    put(2, a2)
    put(3, a3)
    put(4, a4)
    put(5, a5)
    put(6, a6)
    put(7, a7)
    put(8, a8)
    put(9, a9)
    put(10, a10)
    put(11, a11)
    put(12, a12)
    put(13, a13)
    put(14, a14)
    put(15, a15)
  }
}

/// An element of a panel in every lane.
@inline(__always)
private func element(_ lane: UnsafeRawPointer, _ offset: Int) -> Lanes {
  Lanes(repeating: lane.load(fromByteOffset: offset, as: Float.self))
}

/// How the lanes of a whole block are paired: each of the first five with the one five further on.
enum Pairs {
  @inline(__always) static var count: Int { 5 }
  @inline(__always) static var distance: Int { 5 }
  /// The first of the lanes that stay single.
  @inline(__always) static var singles: Int { 10 }
}
