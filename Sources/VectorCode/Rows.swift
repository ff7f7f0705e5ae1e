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
  #if BF16_PRODUCTS
    switch (row.precision.isSingle, row.outputPrecision.isSingle) {
    case (true, true): poolRow(row, FloatStorage.self, FloatStorage.self)
    case (true, false): poolRow(row, FloatStorage.self, PanelStorage.self)
    case (false, true): poolRow(row, PanelStorage.self, FloatStorage.self)
    case (false, false): poolRow(row, PanelStorage.self, PanelStorage.self)
    }
  #else
    poolRow(row, FloatStorage.self, FloatStorage.self)
  #endif
  if row.streams { finishStreams() }
}

@inline(__always)
private func poolRow<Source: LaneSource, Storage: LaneStorage>(
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

/// What a window's numbers become.
private protocol PooledKind {
  var first: Lanes { get }
  func combine(_ a: Lanes, _ b: Lanes) -> Lanes
  func finish(_ value: Lanes) -> Lanes
}

/// The larger of two numbers, or the NaN among them.
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

/// The mean of 2, 4, 8, … numbers: as exact as by division, and faster.
private struct Part: PooledKind {
  let part: Float
  @inline(__always) var first: Lanes { Lanes() }
  @inline(__always) func combine(_ a: Lanes, _ b: Lanes) -> Lanes { a + b }
  @inline(__always) func finish(_ value: Lanes) -> Lanes { value * Lanes(repeating: part) }
}

private struct PooledRow<Source: LaneSource, Storage: LaneStorage, Kind: PooledKind> {
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
    let top = row.source + (row.rows.origin(row.y) + tapsY.lowerBound) * row.columns.input * row.pixelStride
    let interior = row.columns.interior
    for x in 0..<row.columns.output {
      let tapsX = interior.contains(x) ? 0..<row.columns.kernel : row.columns.taps(at: x)
      let corner = top + (row.columns.origin(x) + tapsX.lowerBound) * row.pixelStride
      let output = row.output + x * row.outputStride
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
    _ readsAhead: Bool, _ corner: UnsafePointer<Float>, _ height: Int, _ width: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let rowStride = row.columns.input * row.pixelStride
    // What the window after the next is the first to meet.
    let ahead = corner + (2 * row.columns.stride * row.pixelStride)
    let newRows = max(0, height - row.rows.stride)..<height
    var channel = 0
    while channel < row.channels {
      let place = channel / Source.vectorsInBlock
      if readsAhead, Source.vectorsInBlock == 1 || channel % 32 == 0 {
        for y in newRows {
          for x in 0..<row.columns.stride { gelan_prefetch(ahead + (y * rowStride + x * row.pixelStride + place)) }
        }
      }
      var value = kind.first
      for y in 0..<height {
        for x in 0..<width {
          value = kind.combine(value, Source.get(corner + (y * rowStride + x * row.pixelStride + place)))
        }
      }
      Storage.put(
        kind.finish(value), output + channel / Storage.vectorsInBlock, first: row.channels - channel,
        streams: row.streams)
      channel += 16
    }
  }
}

/// Computes each element of neighbouring pixels from those in the same place.
func elementwiseRun(_ elements: ElementwiseRun) {
  #if BF16_PRODUCTS
    if !elements.outputPrecision.isSingle {
      return run(ElementwisePixels<PanelStorage>(elements: elements), with: elements.activation)
    }
  #endif
  run(ElementwisePixels<FloatStorage>(elements: elements), with: elements.activation)
}

private struct ElementwisePixels<Storage: LaneStorage>: ActivationLoop {
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
        Storage.put(
          activation(value), output + channel / Storage.vectorsInBlock, first: count, streams: elements.streams)
      }
      var channel = 0
      // Four vectors together: finding a source's pixel takes longer than adding a vector of it.
      while channel + 64 <= elements.channels {
        // Several maps at a time, some of them every other kilobyte, are more than the processor foresees. Eight pixels
        // are a kilobyte of each at least.
        for source in 0..<elements.sourceCount { elements.readAhead(source, pixel + 8, channel) }
        var (a, b, c, d) = elements.fourVectors(0, pixel, channel)
        for source in 1..<max(1, elements.sourceCount) {
          let next = elements.fourVectors(source, pixel, channel)
          a += next.0
          b += next.1
          c += next.2
          d += next.3
        }
        finish(a, channel)
        finish(b, channel + 16)
        finish(c, channel + 32)
        finish(d, channel + 48)
        channel += 64
      }
      while channel < elements.channels {
        var value = elements.vector(0, pixel, channel)
        for source in 1..<max(1, elements.sourceCount) { value += elements.vector(source, pixel, channel) }
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
  private func source(_ index: Int, _ pixel: Int) -> UnsafePointer<Float> {
    sources[index] + (pixel >> shifts[index]) * pixelStrides[index]
  }

  /// Sixteen channels of what an input has for a pixel.
  @inline(__always)
  fileprivate func vector(_ index: Int, _ pixel: Int, _ channel: Int) -> Lanes {
    #if BF16_PRODUCTS
      if !precisions[index].isSingle { return PanelStorage.get(source(index, pixel) + channel / 2) }
    #endif
    return load(source(index, pixel) + channel)
  }

  @inline(__always)
  fileprivate func fourVectors(_ index: Int, _ pixel: Int, _ channel: Int) -> (Lanes, Lanes, Lanes, Lanes) {
    #if BF16_PRODUCTS
      if !precisions[index].isSingle { return fourVectors(source(index, pixel) + channel / 2, PanelStorage.self) }
    #endif
    return fourVectors(source(index, pixel) + channel, FloatStorage.self)
  }

  @inline(__always)
  private func fourVectors<Source: LaneSource>(
    _ source: UnsafePointer<Float>, _: Source.Type
  ) -> (Lanes, Lanes, Lanes, Lanes) {
    let step = 16 / Source.vectorsInBlock
    return (
      Source.get(source), Source.get(source + step), Source.get(source + 2 * step), Source.get(source + 3 * step)
    )
  }

  @inline(__always)
  fileprivate func readAhead(_ index: Int, _ pixel: Int, _ channel: Int) {
    #if BF16_PRODUCTS
      if !precisions[index].isSingle {
        gelan_prefetch(source(index, pixel) + channel / 2)
        gelan_prefetch(source(index, pixel) + (channel / 2 + 16))
        return
      }
    #endif
    let ahead = source(index, pixel) + channel
    gelan_prefetch(ahead)
    gelan_prefetch(ahead + 16)
    gelan_prefetch(ahead + 32)
    gelan_prefetch(ahead + 48)
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
