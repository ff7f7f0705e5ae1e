import KernelInterface

/// Decodes cells of a level, sixteen at a time: their numbers are brought from pixels into lanes first.
func decodeRun(_ run: DecodeRun) {
  let channels = 4 * run.bins + run.classes
  withUnsafeTemporaryAllocation(byteCount: (channels + 15) * 64, alignment: 64) { memory in
    guard let columns = memory.baseAddress?.bindMemory(to: Float.self, capacity: (channels + 15) * 16) else { return }
    var cell = run.cells.lowerBound
    while cell < run.cells.upperBound {
      let count = min(16, run.cells.upperBound - cell)
      transposePixels(
        run.source + cell * run.pixelStride, pixelStride: run.pixelStride, count: count, channels: channels,
        to: columns)
      decodeBoxes(run, cell, count, columns)
      let logits = columns + 4 * run.bins * 16
      let probabilities = run.output + (4 * run.anchors + cell)
      for c in 0..<run.classes {
        store(sigmoid(load(logits + c * 16)), probabilities + c * run.anchors, first: count)
      }
      cell += 16
    }
  }
}

private func decodeBoxes(_ run: DecodeRun, _ cell: Int, _ count: Int, _ columns: UnsafePointer<Float>) {
  var centreX = Lanes()
  var centreY = Lanes()
  for lane in 0..<count {
    let y = (cell + lane) / run.width
    centreX[lane] = Float(cell + lane - y * run.width) + 0.5
    centreY[lane] = Float(y) + 0.5
  }
  let x1 = centreX - expectation(columns, run)
  let y1 = centreY - expectation(columns + run.bins * 16, run)
  let x2 = centreX + expectation(columns + 2 * run.bins * 16, run)
  let y2 = centreY + expectation(columns + 3 * run.bins * 16, run)
  let output = run.output + cell
  let two = Lanes(repeating: 2)
  let stride = Lanes(repeating: run.stride)
  store((x1 + x2) / two * stride, output, first: count)
  store((y1 + y2) / two * stride, output + run.anchors, first: count)
  store((x2 - x1) * stride, output + 2 * run.anchors, first: count)
  store((y2 - y1) * stride, output + 3 * run.anchors, first: count)
}

/// Computes the mean of the projection under the softmax of the bins.
///
/// The largest logit is subtracted first, so that no exponential overflows.
@inline(__always)
private func expectation(_ logits: UnsafePointer<Float>, _ run: DecodeRun) -> Lanes {
  var maximum = load(logits)
  for bin in 1..<max(1, run.bins) {
    let logit = load(logits + bin * 16)
    maximum = maximum.replacing(with: logit, where: logit .> maximum)
  }
  var total = Lanes()
  var weighted = Lanes()
  for bin in 0..<run.bins {
    let weight = exponential(load(logits + bin * 16) - maximum)
    total += weight
    weighted = sum(weighted, weight, times: run.projection[bin])
  }
  return weighted / total
}
