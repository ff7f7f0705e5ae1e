import KernelInterface

/// Transforms weights, G g Gᵀ, in double precision and packs them for GEMMs.
func transformWeights(_ weights: WinogradWeights) {
  switch weights.tile {
  case .four: transform(weights, FourTransform.self)
  case .six: transform(weights, SixTransform.self)
  case .stridedTwo: transform(weights, StridedTwoTransform.self)
  case .stridedFour: transform(weights, StridedFourTransform.self)
  }
}

private func transform<Transform: WinogradTransform>(_ weights: WinogradWeights, _: Transform.Type) {
  let side = Transform.inputs
  // In bf16 two channels come together, the first of which has to wait.
  let waiting = Target.Operand.dotLength > 1 ? side * side * vectorBytes : 0
  withUnsafeTemporaryAllocation(byteCount: (9 + 3 * side) * 2 * vectorBytes + waiting, alignment: 2 * vectorBytes) {
    memory in
    guard let taps = memory.baseAddress?.bindMemory(to: SIMD16<Double>.self, capacity: 9 + 3 * side) else { return }
    let half = taps + 9
    let firsts = UnsafeMutableRawPointer(half + 3 * side)
    let packed = weights.packed
    for group in packed.range {
      let vectors = packed.groups.width(of: group)
      let firstVector = packed.groups.start(of: group)
      for d in 0..<packed.depth {
        for vector in 0..<vectors {
          let firstColumn = (firstVector + vector) * laneCount
          let place = packed.start + (firstVector * packed.depth + d * vectors + vector) * vectorBytes
          @inline(__always) func transform(_ channel: Int32, _ put: (Lanes, Int) -> Void) {
            loadTaps(weights, Int(channel), firstColumn, taps)
            transformTaps(taps, half, Transform.self, put)
          }
          if Target.Operand.dotLength == 1 {
            transform(weights.places[d]) { store($0, place + $1 * weights.pointStride) }
            continue
          }
          @inline(__always) func putPair(_ second: Lanes, _ point: Int) {
            store(
              Target.Operand.interleaved(load(firsts + point * vectorBytes), second),
              place + point * weights.pointStride)
          }
          let (first, second) = (weights.places[2 * d], weights.places[2 * d + 1])
          transform(first) { store($0, firsts + $1 * vectorBytes) }
          if second >= 0 {
            transform(second) { putPair($0, $1) }
          } else {
            for point in 0..<side * side { putPair(Lanes(), point) }
          }
        }
      }
    }
  }
}

/// Gathers the weights of a vector of columns for one channel, zeros in columns that do not exist.
@inline(__always)
private func loadTaps(
  _ weights: WinogradWeights, _ channel: Int, _ firstColumn: Int, _ taps: UnsafeMutablePointer<SIMD16<Double>>
) {
  for tap in 0..<9 {
    var columns = SIMD16<Double>()
    for lane in 0..<min(laneCount, weights.packed.columns - firstColumn) {
      columns[lane] = Double(weights.weight[((firstColumn + lane) * weights.channels + channel) * 9 + tap])
    }
    taps[tap] = columns
  }
}

@inline(__always)
private func transformTaps<Transform: WinogradTransform>(
  _ taps: UnsafePointer<SIMD16<Double>>, _ half: UnsafeMutablePointer<SIMD16<Double>>, _: Transform.Type,
  _ put: (Lanes, Int) -> Void
) {
  let side = Transform.inputs
  typealias Wide = SIMD16<Double>
  for point in 0..<side {
    let (g0, g1, g2) = Transform.weights(point)
    for tap in 0..<3 {
      half[point * 3 + tap] =
        taps[tap] * Wide(repeating: g0) + taps[3 + tap] * Wide(repeating: g1) + taps[6 + tap] * Wide(repeating: g2)
    }
  }
  for row in 0..<side {
    for column in 0..<side {
      let (g0, g1, g2) = Transform.weights(column)
      let value =
        half[row * 3] * Wide(repeating: g0) + half[row * 3 + 1] * Wide(repeating: g1)
        + half[row * 3 + 2] * Wide(repeating: g2)
      put(rounded(value), row * side + column)
    }
  }
}

/// A vector of doubles as floats, lane by lane: the standard library's conversion of a vector could become a function that all
/// builds share.
@inline(__always)
private func rounded(_ wide: SIMD16<Double>) -> Lanes {
  var lanes = Lanes()
  for lane in 0..<laneCount { lanes[lane] = Float(wide[lane]) }
  return lanes
}
