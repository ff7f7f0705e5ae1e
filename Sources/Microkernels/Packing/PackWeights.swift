import KernelInterface

/// Packs weights for GEMMs, zeros in columns that do not exist.
func packWeights(_ packing: WeightPacking) {
  let packed = packing.packed
  for group in packed.range {
    let vectors = packed.groups.width(of: group)
    let firstVector = packed.groups.start(of: group)
    var destination = packed.start + firstVector * vectorBytes * packed.depth
    for d in 0..<packed.depth {
      for vector in firstVector..<firstVector + vectors {
        if Target.Operand.dotLength == 1 {
          store(weightLanes(packing, vector, packing.places[d]), destination)
        } else {
          store(
            Target.Operand.interleaved(
              weightLanes(packing, vector, packing.places[2 * d]),
              weightLanes(packing, vector, packing.places[2 * d + 1])), destination)
        }
        destination += vectorBytes
      }
    }
  }
}

/// The weights of a vector of columns at one place, zeros for a negative one.
@inline(__always)
private func weightLanes(_ packing: WeightPacking, _ vector: Int, _ place: Int32) -> Lanes {
  var lanes = Lanes()
  guard place >= 0 else { return lanes }
  let first = vector * laneCount
  var weight = packing.weight + (first * packing.columnStride + Int(place))
  for lane in 0..<max(0, min(laneCount, packing.packed.columns - first)) {
    lanes[lane] = weight.pointee
    weight += packing.columnStride
  }
  return lanes
}
