/// A box whose confidence exceeds the limit, with the anchor that predicted it.
struct Candidate {
  var anchor: Int
  var object: DetectedObject
}

/// A detector's raw predictions: `4 + classes` rows of `anchors` elements, with at least one class and one anchor.
struct PredictionTable {
  let values: UnsafeBufferPointer<Float>
  let classes: Int
  let anchors: Int

  /// Every anchor whose most probable class exceeds `confidence`; among equally probable classes, the first.
  func bestCandidates(confidence: Float) -> [Candidate] {
    // Rows are scanned one after the other, in memory order.
    var best = Array(row(4))
    var bestClass = [Int32](repeating: 0, count: anchors)
    best.withUnsafeMutableBufferPointer { best in
      bestClass.withUnsafeMutableBufferPointer { bestClass in
        for classIndex in 1..<max(classes, 1) {
          let row = row(4 + classIndex)
          let label = Int32(truncatingIfNeeded: classIndex)
          for anchor in 0..<anchors {
            let isBetter = row[anchor] > best[anchor]
            best[anchor] = isBetter ? row[anchor] : best[anchor]
            bestClass[anchor] = isBetter ? label : bestClass[anchor]
          }
        }
      }
    }
    return best.indices.compactMap { anchor in
      guard best[anchor] > confidence, isFinite(anchor) else { return nil }
      return candidate(anchor, classIndex: Int(bestClass[anchor]), confidence: best[anchor])
    }
  }

  /// Every class of every anchor that exceeds `confidence`.
  func candidates(confidence: Float) -> [Candidate] {
    var candidates: [Candidate] = []
    for classIndex in 0..<classes {
      let row = row(4 + classIndex)
      for anchor in 0..<anchors where row[anchor] > confidence && isFinite(anchor) {
        candidates.append(candidate(anchor, classIndex: classIndex, confidence: row[anchor]))
      }
    }
    return candidates
  }

  private func row(_ index: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: values[index * anchors..<(index + 1) * anchors])
  }

  private func isFinite(_ anchor: Int) -> Bool {
    (0..<4 + classes).allSatisfy { values[$0 * anchors + anchor].isFinite }
  }

  private func candidate(_ anchor: Int, classIndex: Int, confidence: Float) -> Candidate {
    let halfWidth = values[2 * anchors + anchor] / 2
    let halfHeight = values[3 * anchors + anchor] / 2
    let centerX = values[anchor]
    let centerY = values[anchors + anchor]
    let box = CornerBox(
      x1: centerX - halfWidth, y1: centerY - halfHeight, x2: centerX + halfWidth, y2: centerY + halfHeight)
    return Candidate(
      anchor: anchor, object: DetectedObject(classIndex: classIndex, confidence: confidence, box: box))
  }
}
