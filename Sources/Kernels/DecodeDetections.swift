/// Refers to the raw predictions of one level of the detection head.
package struct DetectionLevel {
  /// (4·bins + classes, height, width)
  package let map: UnsafePointer<Float>
  package let height: Int
  package let width: Int
  package let strideY: Float
  package let strideX: Float

  package init(map: UnsafePointer<Float>, height: Int, width: Int, strideY: Float, strideX: Float) {
    require(height > 0 && width > 0, "A detection level cannot be \(height)×\(width).")
    self.map = map
    self.height = height
    self.width = width
    self.strideY = strideY
    self.strideX = strideX
  }
}

/// Turns the raw predictions of all levels into boxes in input pixels and class probabilities.
///
/// The anchors of a level are its cells, row by row; the levels follow each other. For each anchor, the distances to
/// the left, top, right and bottom sides, in cells, are the means of `projection` under the softmax of their bins.
/// Output rows 0 to 3 are the centre x, centre y, width and height, the others the sigmoids of the class logits.
///
/// - Parameters:
///   - projection: (bins)
///   - output: (4 + classes, anchors), anchors being the sum of height·width over the levels
package func decodeDetections(
  levels: [DetectionLevel], bins: Int, classes: Int, projection: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  require(bins > 0 && classes >= 0, "Detections cannot have \(bins) bins and \(classes) classes.")
  let anchors = levels.reduce(0) { $0 + $1.height * $1.width }
  var offset = 0
  for level in levels {
    let cells = level.height * level.width
    let boxes = output + offset
    // Eight anchors at a time, so a partial vector occurs once a level.
    pool.forEachRange((cells + 7) / 8, atLeast: max(1, 1024 / (8 * bins))) { vectors in
      for vector in vectors {
        decodeBoxes(level, from: 8 * vector, bins: bins, projection: projection, boxes, anchors: anchors)
      }
    }
    let logits = level.map + 4 * bins * cells
    let probabilities = boxes + 4 * anchors
    pool.forEachRange(classes, atLeast: channelGrain(cells)) { range in
      for c in range {
        activateRow(from: logits + c * cells, to: probabilities + c * anchors, count: cells, activation: .sigmoid)
      }
    }
    offset += cells
  }
}

/// Decodes the boxes of up to eight anchors from `start` on.
private func decodeBoxes(
  _ level: DetectionLevel, from start: Int, bins: Int, projection: UnsafePointer<Float>,
  _ boxes: UnsafeMutablePointer<Float>, anchors: Int
) {
  let cells = level.height * level.width
  let count = min(8, cells - start)
  func distance(_ side: Int) -> Float8 {
    expectation(
      level.map + side * bins * cells + start, binStride: cells, count: count, bins: bins, projection: projection)
  }
  var centreX = Float8()
  var centreY = Float8()
  for lane in 0..<count {
    let (y, x) = (start + lane).quotientAndRemainder(dividingBy: level.width)
    centreX[lane] = Float(x) + 0.5
    centreY[lane] = Float(y) + 0.5
  }
  let (x1, y1) = (centreX - distance(0), centreY - distance(1))
  let (x2, y2) = (centreX + distance(2), centreY + distance(3))
  let output = boxes + start
  store8((x1 + x2) / 2 * level.strideX, output, first: count)
  store8((y1 + y2) / 2 * level.strideY, output + anchors, first: count)
  store8((x2 - x1) * level.strideX, output + 2 * anchors, first: count)
  store8((y2 - y1) * level.strideY, output + 3 * anchors, first: count)
}

/// Computes the mean of `projection` under the softmax of the bins, for neighbouring anchors in the lanes.
///
/// The largest logit is subtracted first, so that no exponential overflows.
@inline(__always)
private func expectation(
  _ logits: UnsafePointer<Float>, binStride: Int, count: Int, bins: Int, projection: UnsafePointer<Float>
) -> Float8 {
  var maximum = load8(logits, first: count)
  for bin in 1..<max(1, bins) {
    let logit = load8(logits + bin * binStride, first: count)
    maximum = maximum.replacing(with: logit, where: logit .> maximum)
  }
  var total = Float8()
  var weighted = Float8()
  for bin in 0..<bins {
    let weight = exponential(load8(logits + bin * binStride, first: count) - maximum)
    total += weight
    weighted += weight * projection[bin]
  }
  return weighted / total
}
