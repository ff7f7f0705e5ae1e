import KernelInterface

/// Pools one output row.
func poolRow(_ row: PoolingRow) {
  switch (row.input.elementType.isFP32, row.output.elementType.isFP32) {
  case (true, true): poolRow(row, FP32.self, FP32.self)
  case (true, false): poolRow(row, FP32.self, Target.Operand.self)
  case (false, true): poolRow(row, Target.Operand.self, FP32.self)
  case (false, false): poolRow(row, Target.Operand.self, Target.Operand.self)
  }
  if row.output.isNonTemporal { Target.fence() }
}

@inline(__always)
private func poolRow<Source: ElementFormat, Storage: ElementFormat>(
  _ row: PoolingRow, _: Source.Type, _: Storage.Type
) {
  let elements = row.rows.kernel * row.columns.kernel
  switch row.kind {
  case .maximum:
    PooledRow<Source, Storage, Largest>(row: row, kind: Largest()).run()
  case .average where elements & (elements - 1) == 0:
    PooledRow<Source, Storage, Part>(row: row, kind: Part(part: 1 / Float(elements))).run()
  case .average:
    PooledRow<Source, Storage, Mean>(row: row, kind: Mean(elements: Float(elements))).run()
  }
}

/// What the elements of a window become.
private protocol PooledKind {
  var first: Lanes { get }
  func combine(_ a: Lanes, _ b: Lanes) -> Lanes
  func finish(_ value: Lanes) -> Lanes
}

/// The larger of two elements, or the NaN among them.
private struct Largest: PooledKind {
  @inline(__always) var first: Lanes { Lanes(repeating: -.infinity) }
  @inline(__always) func combine(_ a: Lanes, _ b: Lanes) -> Lanes {
    a.replacing(with: b, where: (b .> a) .| (b .!= b))
  }
  @inline(__always) func finish(_ value: Lanes) -> Lanes { value }
}

private struct Mean: PooledKind {
  let elements: Float
  @inline(__always) var first: Lanes { Lanes() }
  @inline(__always) func combine(_ a: Lanes, _ b: Lanes) -> Lanes { a + b }
  @inline(__always) func finish(_ value: Lanes) -> Lanes { value / Lanes(repeating: elements) }
}

/// The mean of 2, 4, 8, … elements: as exact as by division, and faster.
private struct Part: PooledKind {
  let part: Float
  @inline(__always) var first: Lanes { Lanes() }
  @inline(__always) func combine(_ a: Lanes, _ b: Lanes) -> Lanes { a + b }
  @inline(__always) func finish(_ value: Lanes) -> Lanes { value * Lanes(repeating: part) }
}

private struct PooledRow<Source: ElementFormat, Storage: ElementFormat, Kind: PooledKind> {
  let row: PoolingRow
  let kind: Kind

  @inline(__always)
  func run() {
    // With a stride, the lines of what no window has met before are too far from each other for the processor to
    // foresee.
    if row.rows.stride > 1 { poolStrided() } else { pool() }
  }

  @inline(never) private func pool() { pool(readsAhead: false) }
  @inline(never) private func poolStrided() { pool(readsAhead: true) }

  @inline(__always)
  private func pool(readsAhead: Bool) {
    let tapsY = row.rows.taps(at: row.y)
    let top = row.input.start + (row.rows.origin(row.y) + tapsY.lowerBound) * row.columns.input * row.input.stride
    let interior = row.columns.interior
    for x in 0..<row.columns.output {
      let tapsX = interior.contains(x) ? 0..<row.columns.kernel : row.columns.taps(at: x)
      let corner = top + (row.columns.origin(x) + tapsX.lowerBound) * row.input.stride
      let output = row.output.start + x * row.output.stride
      // The windows of the published networks are unrolled.
      switch (tapsY.count, tapsX.count) {
      case (2, 2): poolWindow(readsAhead, corner, 2, 2, output)
      case (3, 3): poolWindow(readsAhead, corner, 3, 3, output)
      default: poolWindow(readsAhead, corner, tapsY.count, tapsX.count, output)
      }
    }
  }

  /// Pools one window of every channel.
  @inline(__always)
  private func poolWindow(
    _ readsAhead: Bool, _ corner: UnsafeRawPointer, _ height: Int, _ width: Int,
    _ output: UnsafeMutableRawPointer
  ) {
    let rowStride = row.columns.input * row.input.stride
    // What the window after the next is the first to meet.
    let ahead = corner + (2 * row.columns.stride * row.input.stride)
    let newRows = max(0, height - row.rows.stride)..<height
    var channel = 0
    while channel < row.input.channels {
      let offset = channel * Source.byteCount
      if readsAhead, offset % vectorBytes == 0 {
        for y in newRows {
          for x in 0..<row.columns.stride { prefetch(ahead + (y * rowStride + x * row.input.stride + offset)) }
        }
      }
      var value = kind.first
      for y in 0..<height {
        for x in 0..<width {
          value = kind.combine(value, Source.get(corner + (y * rowStride + x * row.input.stride + offset)))
        }
      }
      Storage.put(
        kind.finish(value), output + channel * Storage.byteCount, first: row.input.channels - channel,
        isNonTemporal: row.output.isNonTemporal)
      channel += laneCount
    }
  }
}
