/// Selects the objects in a detector's raw predictions: confident ones, without the lesser of overlapping boxes.
///
/// `predictions` holds `4 + classes` rows of `anchors` values: the centre x, centre y, width and height in pixels, then
/// each class's probability. The buffer must hold at least that many values. The result is ordered from the most to the
/// least confident, equals in anchor order, and has one class for each box. It equals that of the official
/// `non_max_suppression` in its single-label form; predictions that are not finite are never selected.
package func selectDetections(
  predictions: UnsafeBufferPointer<Float>, classes: Int, anchors: Int, options: SelectionOptions
) -> [DetectedObject] {
  guard classes > 0, anchors > 0 else { return [] }
  precondition(predictions.count / (4 + classes) >= anchors, "the buffer is too small for the predictions")
  var candidates = collectCandidates(
    predictions: predictions, classes: classes, anchors: anchors, confidence: options.confidence)
  // Swift does not promise that its sort is stable, so anchors, which are distinct, decide between equals.
  candidates.sort { ($1.object.confidence, $0.anchor) < ($0.object.confidence, $1.anchor) }
  let objects = candidates.prefix(max(options.maximumCandidates, 0)).map(\.object)
  return suppressOverlaps(of: objects, iou: options.iou, maximumDetections: options.maximumDetections)
}

/// A box that is confident enough, with the anchor that predicted it.
private struct Candidate {
  var anchor: Int
  var object: DetectedObject
}

/// Collects every anchor whose most probable class exceeds `confidence`, with the first of equally probable classes.
private func collectCandidates(
  predictions: UnsafeBufferPointer<Float>, classes: Int, anchors: Int, confidence: Float
) -> [Candidate] {
  // Rows are scanned one after the other, as they lie in memory.
  var best = Array(predictions[4 * anchors..<5 * anchors])
  var bestClass = [Int32](repeating: 0, count: anchors)
  best.withUnsafeMutableBufferPointer { best in
    bestClass.withUnsafeMutableBufferPointer { bestClass in
      for classIndex in 1..<max(classes, 1) {
        let row = UnsafeBufferPointer(rebasing: predictions[(4 + classIndex) * anchors..<(5 + classIndex) * anchors])
        let label = Int32(truncatingIfNeeded: classIndex)
        for anchor in 0..<anchors {
          let isBetter = row[anchor] > best[anchor]
          best[anchor] = isBetter ? row[anchor] : best[anchor]
          bestClass[anchor] = isBetter ? label : bestClass[anchor]
        }
      }
    }
  }
  var candidates: [Candidate] = []
  for anchor in 0..<anchors where best[anchor] > confidence {
    let isFinite = (0..<4 + classes).allSatisfy { predictions[$0 * anchors + anchor].isFinite }
    guard isFinite else { continue }
    let halfWidth = predictions[2 * anchors + anchor] / 2
    let halfHeight = predictions[3 * anchors + anchor] / 2
    let centerX = predictions[anchor]
    let centerY = predictions[anchors + anchor]
    let box = Box(
      x1: centerX - halfWidth, y1: centerY - halfHeight, x2: centerX + halfWidth, y2: centerY + halfHeight)
    let object = DetectedObject(classIndex: Int(bestClass[anchor]), confidence: best[anchor], box: box)
    candidates.append(Candidate(anchor: anchor, object: object))
  }
  return candidates
}
