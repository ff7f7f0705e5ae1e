import KernelInterface

/// The GEMM microkernel of one register tile: `rows` pixels, up to fourteen, by one to three `vectors` of columns.
///
/// At each depth it loads the weights of all columns once and multiplies them with one lane of each row; sums stay in
/// registers from the first depth to the last. Rows and vectors are known when the type is specialised, so code for those
/// beyond them vanishes. Sums have names, since an array of them would not reliably become registers.
enum GEMMTile<let rows: Int, let vectors: Int, Operand: ElementFormat> {
  /// - Parameters:
  ///   - panel: (blocks, …, lanes), the tile's first row
  ///   - blockStride: the bytes from one block to the next
  ///   - depths: for each block, how many of its lanes are used
  ///   - depth: the sum of the depths
  ///   - weights: (depth, vectors, lanes)
  ///   - sums: where the first row's sums go
  ///   - sumStride: the bytes from one row's sums to the next
  @inline(never)
  static func multiply(
    panel: UnsafeRawPointer, blockStride: Int, depths: UnsafePointer<UInt8>, blocks: Int, depth: Int,
    weights: UnsafeRawPointer, sums: UnsafeMutableRawPointer, sumStride: Int
  ) {
    var (a0, b0, c0) = (Lanes(), Lanes(), Lanes())
    var (a1, b1, c1) = (Lanes(), Lanes(), Lanes())
    var (a2, b2, c2) = (Lanes(), Lanes(), Lanes())
    var (a3, b3, c3) = (Lanes(), Lanes(), Lanes())
    var (a4, b4, c4) = (Lanes(), Lanes(), Lanes())
    var (a5, b5, c5) = (Lanes(), Lanes(), Lanes())
    var (a6, b6, c6) = (Lanes(), Lanes(), Lanes())
    var (a7, b7, c7) = (Lanes(), Lanes(), Lanes())
    var (a8, b8, c8) = (Lanes(), Lanes(), Lanes())
    var (a9, b9, c9) = (Lanes(), Lanes(), Lanes())
    var (a10, b10, c10) = (Lanes(), Lanes(), Lanes())
    var (a11, b11, c11) = (Lanes(), Lanes(), Lanes())
    var (a12, b12, c12) = (Lanes(), Lanes(), Lanes())
    var (a13, b13, c13) = (Lanes(), Lanes(), Lanes())

    var block = panel
    var weight = weights
    // The next group of columns, or the next point's first, lies behind this one: its weights are fetched meanwhile.
    let ahead = depth * vectors * vectorBytes
    for index in 0..<blocks {
      var lane = block
      let end = block + Int(depths[index]) * laneBytes
      while lane < end {
        prefetch(weight + ahead)
        if vectors > 1 { prefetch(weight + (ahead + vectorBytes)) }
        if vectors > 2 { prefetch(weight + (ahead + 2 * vectorBytes)) }
        let a = load(weight)
        let b = vectors > 1 ? load(weight + vectorBytes) : Lanes()
        let c = vectors > 2 ? load(weight + 2 * vectorBytes) : Lanes()
        @inline(__always) func add(_ row: Int, _ sumA: inout Lanes, _ sumB: inout Lanes, _ sumC: inout Lanes) {
          guard row < rows else { return }
          let element = Lanes(repeating: lane.load(fromByteOffset: row * vectorBytes, as: Float.self))
          sumA = Operand.accumulate(sumA, a, element)
          if vectors > 1 { sumB = Operand.accumulate(sumB, b, element) }
          if vectors > 2 { sumC = Operand.accumulate(sumC, c, element) }
        }
        add(0, &a0, &b0, &c0)
        add(1, &a1, &b1, &c1)
        add(2, &a2, &b2, &c2)
        add(3, &a3, &b3, &c3)
        add(4, &a4, &b4, &c4)
        add(5, &a5, &b5, &c5)
        add(6, &a6, &b6, &c6)
        add(7, &a7, &b7, &c7)
        add(8, &a8, &b8, &c8)
        add(9, &a9, &b9, &c9)
        add(10, &a10, &b10, &c10)
        add(11, &a11, &b11, &c11)
        add(12, &a12, &b12, &c12)
        add(13, &a13, &b13, &c13)
        lane += laneBytes
        weight += vectors * vectorBytes
      }
      block += blockStride
    }

    @inline(__always) func put(_ row: Int, _ a: Lanes, _ b: Lanes, _ c: Lanes) {
      guard row < rows else { return }
      store(a, sums + row * sumStride)
      if vectors > 1 { store(b, sums + (row * sumStride + vectorBytes)) }
      if vectors > 2 { store(c, sums + (row * sumStride + 2 * vectorBytes)) }
    }
    put(0, a0, b0, c0)
    put(1, a1, b1, c1)
    put(2, a2, b2, c2)
    put(3, a3, b3, c3)
    put(4, a4, b4, c4)
    put(5, a5, b5, c5)
    put(6, a6, b6, c6)
    put(7, a7, b7, c7)
    put(8, a8, b8, c8)
    put(9, a9, b9, c9)
    put(10, a10, b10, c10)
    put(11, a11, b11, c11)
    put(12, a12, b12, c12)
    put(13, a13, b13, c13)
  }
}
