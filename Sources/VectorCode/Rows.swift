import CProcessor
import KernelInterface

/// Convolves one output row, each channel with its own window.
func depthwiseRow(_ row: DepthwiseRow) {
  run(DepthwisePixels(row: row), with: row.epilogue.activation)
}

private struct DepthwisePixels: ActivationLoop {
  let row: DepthwiseRow

  @inline(never)
  func run(_ activation: some LaneFunction) {
    let epilogue = row.epilogue
    let tapsY = row.rows.taps(at: row.y)
    let stride = (row.channels + 15) / 16 * 16
    for x in 0..<row.columns.output {
      let tapsX = row.columns.taps(at: x)
      let destination = row.output + x * row.outputStride
      let before = epilogue.before.map { $0.pixel(y: row.y, x: x) }
      let after = epilogue.after.map { $0.pixel(y: row.y, x: x) }
      var channel = 0
      while channel < row.channels {
        var value = Lanes()
        for tapY in tapsY {
          let y = row.rows.origin(row.y) + tapY * row.rows.dilation
          for tapX in tapsX {
            let inputX = row.columns.origin(x) + tapX * row.columns.dilation
            value = sum(
              value, load(row.source + ((y * row.columns.input + inputX) * row.pixelStride + channel)),
              times: load(row.weights + ((tapY * row.columns.kernel + tapX) * stride + channel)))
          }
        }
        if let bias = epilogue.bias { value += load(bias + channel) }
        if let before { value += load(before + channel) }
        value = activation(value)
        if let after { value += load(after + channel) }
        store(value, destination + channel, first: row.channels - channel)
        channel += 16
      }
    }
  }
}

/// Pools one output row.
func poolRow(_ row: PoolingRow) {
  // With a stride, the lines of what no window has met before are too far from each other for the processor to foresee.
  if row.rows.stride > 1 { poolStridedRow(row) } else { poolRow(row, readsAhead: false) }
  if row.streams { finishStreams() }
}

/// A function of its own: in one with both, calls would take the place of the loops.
@inline(never)
private func poolStridedRow(_ row: PoolingRow) { poolRow(row, readsAhead: true) }

@inline(__always)
private func poolRow(_ row: PoolingRow, readsAhead: Bool) {
  switch row.kind {
  case .maximum:
    poolRow(row, readsAhead, from: Lanes(repeating: -.infinity), { largest($0, $1) }, { $0 })
  case .average:
    let elements = Lanes(repeating: Float(row.rows.kernel * row.columns.kernel))
    poolRow(row, readsAhead, from: Lanes(), { $0 + $1 }, { $0 / elements })
  }
}

@inline(__always)
private func poolRow(
  _ row: PoolingRow, _ readsAhead: Bool, from first: Lanes, _ combine: (Lanes, Lanes) -> Lanes,
  _ finish: (Lanes) -> Lanes
) {
  let tapsY = row.rows.taps(at: row.y)
  let top = row.source + (row.rows.origin(row.y) + tapsY.lowerBound) * row.columns.input * row.pixelStride
  let interior = row.columns.interior
  for x in 0..<row.columns.output {
    let tapsX = interior.contains(x) ? 0..<row.columns.kernel : row.columns.taps(at: x)
    let corner = top + (row.columns.origin(x) + tapsX.lowerBound) * row.pixelStride
    let output = row.output + x * row.outputStride
    // The windows of the published networks are unrolled.
    switch (tapsY.count, tapsX.count) {
    case (2, 2): pool(row, readsAhead, corner, 2, 2, output, from: first, combine, finish)
    case (3, 3): pool(row, readsAhead, corner, 3, 3, output, from: first, combine, finish)
    default: pool(row, readsAhead, corner, tapsY.count, tapsX.count, output, from: first, combine, finish)
    }
  }
}

/// Pools one window of every channel.
@inline(__always)
private func pool(
  _ row: PoolingRow, _ readsAhead: Bool, _ corner: UnsafePointer<Float>, _ height: Int, _ width: Int,
  _ output: UnsafeMutablePointer<Float>, from first: Lanes, _ combine: (Lanes, Lanes) -> Lanes,
  _ finish: (Lanes) -> Lanes
) {
  let rowStride = row.columns.input * row.pixelStride
  // What the window after the next is the first to meet.
  let ahead = corner + (2 * row.columns.stride * row.pixelStride)
  let newRows = max(0, height - row.rows.stride)..<height
  var channel = 0
  while channel < row.channels {
    if readsAhead {
      for y in newRows {
        for x in 0..<row.columns.stride { gelan_prefetch(ahead + (y * rowStride + x * row.pixelStride + channel)) }
      }
    }
    var value = first
    for y in 0..<height {
      for x in 0..<width {
        value = combine(value, load(corner + (y * rowStride + x * row.pixelStride + channel)))
      }
    }
    store(finish(value), output + channel, first: row.channels - channel, streams: row.streams)
    channel += 16
  }
}

/// Takes the larger of two numbers, or the NaN among them.
@inline(__always)
private func largest(_ a: Lanes, _ b: Lanes) -> Lanes {
  a.replacing(with: b, where: (b .> a) .| (b .!= b))
}

/// Computes each element of neighbouring pixels from those in the same place.
func elementwiseRun(_ elements: ElementwiseRun) {
  run(ElementwisePixels(elements: elements), with: elements.activation)
}

private struct ElementwisePixels: ActivationLoop {
  let elements: ElementwiseRun

  @inline(never)
  func run(_ activation: some LaneFunction) {
    // Pixel by pixel, as memory is read ahead.
    for pixel in 0..<elements.count {
      let output = elements.output + pixel * elements.outputStride
      @inline(__always) func finish(_ sum: Lanes, _ channel: Int) {
        let count = elements.channels - channel
        var value = sum
        if let scale = elements.scale { value *= loadPart(scale + channel, count) }
        if let shift = elements.shift { value += loadPart(shift + channel, count) }
        store(activation(value), output + channel, first: count, streams: elements.streams)
      }
      var channel = 0
      // Four vectors together: finding a source's pixel takes longer than adding a vector of it.
      while channel + 64 <= elements.channels {
        // Several maps at a time, some of them every other kilobyte, are more than the processor foresees. Eight pixels
        // are two kilobytes of each at least.
        for source in 0..<elements.sourceCount {
          let ahead = elements.source(source, pixel + 8) + channel
          gelan_prefetch(ahead)
          gelan_prefetch(ahead + 16)
          gelan_prefetch(ahead + 32)
          gelan_prefetch(ahead + 48)
        }
        let first = elements.source(0, pixel) + channel
        var (a, b, c, d) = (load(first), load(first + 16), load(first + 32), load(first + 48))
        for source in 1..<max(1, elements.sourceCount) {
          let next = elements.source(source, pixel) + channel
          a += load(next)
          b += load(next + 16)
          c += load(next + 32)
          d += load(next + 48)
        }
        finish(a, channel)
        finish(b, channel + 16)
        finish(c, channel + 32)
        finish(d, channel + 48)
        channel += 64
      }
      while channel < elements.channels {
        var value = load(elements.source(0, pixel) + channel)
        for source in 1..<max(1, elements.sourceCount) { value += load(elements.source(source, pixel) + channel) }
        finish(value, channel)
        channel += 16
      }
    }
    if elements.streams { finishStreams() }
  }
}

extension ElementwiseRun {
  /// The first channel of what an input has for a pixel.
  @inline(__always)
  fileprivate func source(_ index: Int, _ pixel: Int) -> UnsafePointer<Float> {
    sources[index] + (pixel >> shifts[index]) * pixelStrides[index]
  }
}

/// Loads up to sixteen floats of something that may end after them.
@inline(__always)
private func loadPart(_ source: UnsafePointer<Float>, _ count: Int) -> Lanes {
  if count >= 16 { return load(source) }
  var vector = Lanes()
  for lane in 0..<count { vector[lane] = source[lane] }
  return vector
}
