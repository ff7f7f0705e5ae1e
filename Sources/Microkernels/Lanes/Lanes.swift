import KernelInterface

/// A vector of `laneCount` floats, neighbouring channels of one pixel: one register of AVX-512, two of AVX2, four of the
/// baseline.
typealias Lanes = SIMD16<Float>

/// Loads a vector of floats from any address.
@inline(__always)
func load(_ source: UnsafeRawPointer) -> Lanes { source.loadUnaligned(as: Lanes.self) }

/// Stores a vector of floats to any address.
@inline(__always)
func store(_ vector: Lanes, _ destination: UnsafeMutableRawPointer) {
  destination.storeBytes(of: vector, as: Lanes.self)
}

/// Stores the first `count` floats and writes nothing beyond them.
@inline(__always)
func store(_ vector: Lanes, _ destination: UnsafeMutableRawPointer, first count: Int) {
  if count >= laneCount { return store(vector, destination) }
  storePart(vector, destination, count)
}

/// In halves, so that any count takes at most four stores.
@inline(never)
private func storePart(_ vector: Lanes, _ destination: UnsafeMutableRawPointer, _ count: Int) {
  var eight = vector.lowHalf
  var offset = 0
  if count & 8 != 0 {
    destination.storeBytes(of: eight, as: SIMD8<Float>.self)
    eight = vector.highHalf
    offset = 8 * laneBytes
  }
  var four = eight.lowHalf
  if count & 4 != 0 {
    destination.storeBytes(of: four, toByteOffset: offset, as: SIMD4<Float>.self)
    four = eight.highHalf
    offset += 4 * laneBytes
  }
  var two = four.lowHalf
  if count & 2 != 0 {
    destination.storeBytes(of: two, toByteOffset: offset, as: SIMD2<Float>.self)
    two = four.highHalf
    offset += 2 * laneBytes
  }
  if count & 1 != 0 { destination.storeBytes(of: two.x, toByteOffset: offset, as: Float.self) }
}

/// Computes `sum + a · b`, rounded once where the instruction set can.
@inline(__always)
func sum(_ sum: Lanes, _ a: Lanes, times b: Lanes) -> Lanes { Target.multiplyAdd(sum, a, b) }

@inline(__always)
func sum(_ addend: Lanes, _ a: Lanes, times b: Float) -> Lanes {
  sum(addend, a, times: Lanes(repeating: b))
}
