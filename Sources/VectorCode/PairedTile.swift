import CProcessor
import KernelInterface

/// A tile of a matrix product by Winograd's inner product: `rows` pixels, up to sixteen, by one vector of columns.
///
/// Two terms of a sum cost one multiplication and two additions, as
/// w₀y₀ + w₁y₁ = (w₀ + y₁)(w₁ + y₀) − w₀w₁ − y₀y₁,
/// where w₀w₁ depends on the column alone and y₀y₁ on the row alone, so that their sums are made once (S. Winograd, "A New
/// Algorithm for Inner Product", IEEE Transactions on Computers C-17, 1968). On processors that add in other units than
/// they multiply in, tiles take ten of sixteen terms in pairs, the rest one by one, and both units are busy: sixteen terms
/// take the time of eleven.
///
/// The two factors round as their larger term does, so weights and rows are scaled to about the same size first: see
/// `balanceRows` and `balanceColumns`. The rounding of a sum is then in proportion to √Σw² · √Σy², the sizes of the column
/// and of the row, as it is with Winograd's convolutions; one by one it is to Σ|w·y|, which is less where large numbers
/// meet small weights alone.
enum PairedTile<let rows: Int> {
  /// - Parameters:
  ///   - panel: (blocks, …, 16), the tile's first row
  ///   - weights: (depth, 16)
  ///   - rowPairing: (rows, 2), as `Pairing` has them
  ///   - columnPairing: (2, 16)
  ///   - sums: where the first row's sums go
  ///   - sumStride: the floats from one row's sums to the next
  @inline(never)
  static func multiply(
    panel: UnsafePointer<Float>, blockStride: Int, depths: UnsafePointer<UInt8>, blocks: Int,
    weights: UnsafePointer<Float>, weightsAhead: Int, rowPairing: UnsafePointer<Float>,
    columnPairing: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, sumStride: Int
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
      var numbers = block
      if depths[index] == 16 {
        // The loop runs at least once, which it says: then sums need not be moved between registers around it.
        let end = numbers + Pairs.count
        repeat {
          let first = load(weight)
          let second = load(weight + Pairs.distance * 16)
          let single = load(weight + Pairs.singles * 16)
          gelan_prefetch(weight + weightsAhead)
          gelan_prefetch(weight + (weightsAhead + Pairs.distance * 16))
          gelan_prefetch(weight + (weightsAhead + Pairs.singles * 16))
          @inline(__always) func add(_ row: Int, _ a: inout Lanes) {
            guard row < rows else { return }
            let place = numbers + row * 16
            a = sum(
              a, first + Lanes(repeating: place[Pairs.distance]), times: second + Lanes(repeating: place[0]))
            a = sum(a, single, times: Lanes(repeating: place[Pairs.singles]))
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
          numbers += 1
          weight += 16
        } while numbers < end
        // What is left of the block: its last depth.
        numbers += Pairs.singles
        weight += Pairs.singles * 16
      }
      let end = block + Int(depths[index])
      repeat {
        let single = load(weight)
        gelan_prefetch(weight + weightsAhead)
        @inline(__always) func add(_ row: Int, _ a: inout Lanes) {
          guard row < rows else { return }
          a = sum(a, single, times: Lanes(repeating: numbers[row * 16]))
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
        numbers += 1
        weight += 16
      } while numbers < end
      block += blockStride
    }

    let correction = load(columnPairing)
    let scale = load(columnPairing + 16)
    @inline(__always) func put(_ row: Int, _ a: Lanes) {
      guard row < rows else { return }
      let ofRow = rowPairing + row * 2
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

/// How the depths of a block of sixteen are paired: each of the first five with the one five further on.
enum Pairs {
  @inline(__always) static var count: Int { 5 }
  @inline(__always) static var distance: Int { 5 }
  /// The first of the depths that stay single.
  @inline(__always) static var singles: Int { 10 }
}
