/// The result of matching one detection, for all sizes and thresholds.
///
/// Bit `size × thresholds + threshold` of a set represents one combination.
struct JudgedDetection {
  var score: Double
  /// Its rank among the detections of its class in its image, by score, from 0.
  var rank: Int
  /// The combinations in which it matches an object that no better detection matched.
  var found: UInt64 = 0
  /// The combinations in which it is ignored: it matches a crowd or an object of another size, or matches nothing and
  /// has another size itself.
  var ignored: UInt64 = 0

  static func bit(_ size: ObjectSize, threshold: Int) -> UInt64 {
    1 << UInt64(size.rawValue * EvaluationRules.thresholds.count + threshold)
  }
}

/// Matches the detections of one class in one image to its objects.
///
/// In the order of their scores, each detection is matched to the free object with the largest overlap, if that reaches
/// the threshold; among equals, to the last. Counted objects are preferred to ignored ones, and a crowd is never used
/// up.
///
/// - Parameter predictions: By descending score, at most as many as count.
func judge(_ predictions: [Prediction], _ objects: [AnnotatedObject]) -> [JudgedDetection] {
  var judged = predictions.enumerated().map { JudgedDetection(score: $1.score, rank: $0) }
  for size in ObjectSize.allCases {
    let counts = objects.map { $0.counts(as: size) }
    let ordered = objects.indices.filter { counts[$0] } + objects.indices.filter { !counts[$0] }
    let candidates = ordered.map { (isCrowd: objects[$0].isCrowd, counts: counts[$0]) }
    let overlaps = predictions.flatMap { prediction in
      ordered.map { prediction.box.overlap(with: objects[$0].box, isCrowd: objects[$0].isCrowd) }
    }
    for (index, threshold) in EvaluationRules.thresholds.enumerated() {
      let bit = JudgedDetection.bit(size, threshold: index)
      var isTaken = [Bool](repeating: false, count: candidates.count)
      for detection in predictions.indices {
        var best: Int?
        var bestOverlap = threshold
        for candidate in candidates.indices where candidates[candidate].isCrowd || !isTaken[candidate] {
          if let best, candidates[best].counts, !candidates[candidate].counts { break }
          let overlap = overlaps[detection * candidates.count + candidate]
          if overlap >= bestOverlap { (best, bestOverlap) = (candidate, overlap) }
        }
        if let best {
          isTaken[best] = true
          if candidates[best].counts { judged[detection].found |= bit } else { judged[detection].ignored |= bit }
        } else if !size.areas.contains(predictions[detection].box.area) {
          judged[detection].ignored |= bit
        }
      }
    }
  }
  return judged
}

extension AnnotatedObject {
  /// Whether missing the object counts as an error in the figures of a size.
  func counts(as size: ObjectSize) -> Bool { !isCrowd && size.areas.contains(area) }
}
