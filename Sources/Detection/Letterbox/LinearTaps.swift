/// For each position along a resized side, the two source positions that it blends, and their weights in units of
/// 1/2048.
struct LinearTaps {
  private(set) var first: [Int] = []
  private(set) var second: [Int] = []
  private(set) var firstWeight: [Int32] = []
  private(set) var secondWeight: [Int32] = []

  /// Computes the taps from a side of `source` to one of `target` positions.
  ///
  /// OpenCV treats the edges of its two directions differently. Columns past the edge use the edge's sample with full
  /// weight (`stopsAtEdge`), while rows past it blend the edge with itself, which its fixed-point steps may round
  /// differently.
  init(source: Int, target: Int, stopsAtEdge: Bool) {
    let step = 1 / (Double(target) / Double(source))
    let last = source - 1
    for position in 0..<target {
      let center = Float((Double(position) + 0.5) * step - 0.5)
      var index = Int(center.rounded(.down))
      var fraction = center - Float(index)
      if stopsAtEdge, index < 0 || index >= last {
        index = index < 0 ? 0 : last
        fraction = 0
      }
      first.append(min(max(index, 0), last))
      second.append(min(max(index + 1, 0), last))
      firstWeight.append(LinearTaps.fixedPoint(1 - fraction))
      secondWeight.append(LinearTaps.fixedPoint(fraction))
    }
  }

  private static func fixedPoint(_ weight: Float) -> Int32 {
    Int32((weight * 2048).rounded(.toNearestOrEven))
  }
}
