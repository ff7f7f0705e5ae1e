import KernelInterface

/// Computes each element of neighbouring pixels from those in the same place.
func elementwiseSpan(_ elements: ElementwiseSpan) {
  if elements.output.elementType.isFP32 {
    run(ElementwisePixels<FP32>(elements: elements), with: elements.activation)
  } else {
    run(ElementwisePixels<Target.Operand>(elements: elements), with: elements.activation)
  }
}

private struct ElementwisePixels<Storage: ElementFormat>: ActivationLoop {
  let elements: ElementwiseSpan

  @inline(never)
  func run(_ activation: some LaneFunction) {
    // Pixel by pixel, as memory is read ahead.
    for pixel in 0..<elements.count {
      let output = elements.output.start + pixel * elements.output.stride
      @inline(__always) func finish(_ sum: Lanes, _ channel: Int) {
        let count = elements.channels - channel
        var value = sum
        if let scale = elements.scale { value *= loadPart(scale + channel, count) }
        if let shift = elements.shift { value += loadPart(shift + channel, count) }
        Storage.put(
          activation(value), output + channel * Storage.byteCount, first: count,
          isNonTemporal: elements.output.isNonTemporal)
      }
      var channel = 0
      // Four vectors together: finding an input's pixel takes longer than adding a vector of it.
      while channel + 4 * laneCount <= elements.channels {
        // Several maps at a time, some of them every other kilobyte, are more than the hardware prefetcher follows. Eight pixels
        // are a kilobyte of each at least.
        for input in 0..<elements.inputCount { elements.prefetchVectors(input, pixel + 8, channel) }
        var (a, b, c, d) = elements.fourVectors(0, pixel, channel)
        for input in 1..<max(1, elements.inputCount) {
          let next = elements.fourVectors(input, pixel, channel)
          a += next.0
          b += next.1
          c += next.2
          d += next.3
        }
        finish(a, channel)
        finish(b, channel + laneCount)
        finish(c, channel + 2 * laneCount)
        finish(d, channel + 3 * laneCount)
        channel += 4 * laneCount
      }
      while channel < elements.channels {
        var value = elements.vector(0, pixel, channel)
        for input in 1..<max(1, elements.inputCount) { value += elements.vector(input, pixel, channel) }
        finish(value, channel)
        channel += laneCount
      }
    }
    if elements.output.isNonTemporal { Target.fence() }
  }
}

extension ElementwiseSpan {
  /// The first channel of what an input has for a pixel.
  @inline(__always)
  private func source(_ input: Int, _ pixel: Int) -> UnsafeRawPointer {
    inputs[input].start + (pixel >> inputs[input].shift) * inputs[input].pixelStride
  }

  /// A vector of channels of what an input has for a pixel.
  @inline(__always)
  fileprivate func vector(_ input: Int, _ pixel: Int, _ channel: Int) -> Lanes {
    if inputs[input].elementType.isFP32 { return FP32.get(source(input, pixel) + channel * FP32.byteCount) }
    return Target.Operand.get(source(input, pixel) + channel * Target.Operand.byteCount)
  }

  @inline(__always)
  fileprivate func fourVectors(_ input: Int, _ pixel: Int, _ channel: Int) -> (Lanes, Lanes, Lanes, Lanes) {
    if inputs[input].elementType.isFP32 { return fourVectors(source(input, pixel), channel, FP32.self) }
    return fourVectors(source(input, pixel), channel, Target.Operand.self)
  }

  @inline(__always)
  private func fourVectors<Source: ElementFormat>(
    _ source: UnsafeRawPointer, _ channel: Int, _: Source.Type
  ) -> (Lanes, Lanes, Lanes, Lanes) {
    let (first, step) = (source + channel * Source.byteCount, Source.stride)
    return (Source.get(first), Source.get(first + step), Source.get(first + 2 * step), Source.get(first + 3 * step))
  }

  @inline(__always)
  fileprivate func prefetchVectors(_ input: Int, _ pixel: Int, _ channel: Int) {
    if inputs[input].elementType.isFP32 {
      prefetchVectors(source(input, pixel), channel, FP32.self)
    } else {
      prefetchVectors(source(input, pixel), channel, Target.Operand.self)
    }
  }

  /// The lines of four vectors.
  @inline(__always)
  private func prefetchVectors<Source: ElementFormat>(_ source: UnsafeRawPointer, _ channel: Int, _: Source.Type) {
    let first = source + channel * Source.byteCount
    prefetch(first)
    prefetch(first + vectorBytes)
    if Source.stride < vectorBytes { return }
    prefetch(first + 2 * vectorBytes)
    prefetch(first + 3 * vectorBytes)
  }
}

/// Loads up to a vector of floats from memory that may end after them.
@inline(__always)
private func loadPart(_ source: UnsafePointer<Float>, _ count: Int) -> Lanes {
  if count >= laneCount { return load(source) }
  var vector = Lanes()
  for lane in 0..<count { vector[lane] = source[lane] }
  return vector
}
