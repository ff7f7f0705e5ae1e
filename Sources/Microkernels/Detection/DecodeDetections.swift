import KernelInterface

/// Decodes cells of a level, a vector of them at a time: a transposition brings their channels from pixels into lanes.
func decodeSpan(_ span: DecodeSpan) {
  let channels = 4 * span.bins + span.classes
  let padded = channels + laneCount - 1
  withUnsafeTemporaryAllocation(byteCount: padded * vectorBytes, alignment: vectorBytes) { memory in
    guard let columns = memory.baseAddress?.bindMemory(to: Float.self, capacity: padded * laneCount) else { return }
    var cell = span.cells.lowerBound
    while cell < span.cells.upperBound {
      let count = min(laneCount, span.cells.upperBound - cell)
      transposePixels(
        span.level.start + cell * span.level.stride, pixelStride: span.level.stride, count: count, channels: channels,
        to: columns)
      decodeBoxes(span, cell, count, columns)
      let logits = columns + 4 * span.bins * laneCount
      let probabilities = span.output + (4 * span.anchors + cell)
      for c in 0..<span.classes {
        store(sigmoid(load(logits + c * laneCount)), probabilities + c * span.anchors, first: count)
      }
      cell += laneCount
    }
  }
}

private func decodeBoxes(_ span: DecodeSpan, _ cell: Int, _ count: Int, _ columns: UnsafePointer<Float>) {
  var centreX = Lanes()
  var centreY = Lanes()
  for lane in 0..<count {
    let y = (cell + lane) / span.width
    centreX[lane] = Float(cell + lane - y * span.width) + 0.5
    centreY[lane] = Float(y) + 0.5
  }
  let x1 = centreX - expectation(columns, span)
  let y1 = centreY - expectation(columns + span.bins * laneCount, span)
  let x2 = centreX + expectation(columns + 2 * span.bins * laneCount, span)
  let y2 = centreY + expectation(columns + 3 * span.bins * laneCount, span)
  let output = span.output + cell
  let two = Lanes(repeating: 2)
  let stride = Lanes(repeating: span.stride)
  store((x1 + x2) / two * stride, output, first: count)
  store((y1 + y2) / two * stride, output + span.anchors, first: count)
  store((x2 - x1) * stride, output + 2 * span.anchors, first: count)
  store((y2 - y1) * stride, output + 3 * span.anchors, first: count)
}

/// Computes the mean of the projection under the softmax of the bins.
///
/// The largest logit is subtracted first, so that no exponential overflows.
@inline(__always)
private func expectation(_ logits: UnsafePointer<Float>, _ span: DecodeSpan) -> Lanes {
  var maximum = load(logits)
  for bin in 1..<max(1, span.bins) {
    let logit = load(logits + bin * laneCount)
    maximum = maximum.replacing(with: logit, where: logit .> maximum)
  }
  var total = Lanes()
  var weighted = Lanes()
  for bin in 0..<span.bins {
    let weight = exponential(load(logits + bin * laneCount) - maximum)
    total += weight
    weighted = sum(weighted, weight, times: span.projection[bin])
  }
  return weighted / total
}
