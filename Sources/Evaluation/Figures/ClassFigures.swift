/// The figures of one class.
package struct ClassFigures: Sendable, Hashable {
  /// The number of annotated objects, without crowds.
  package let objectCount: Int
  /// The number of images that contain them.
  package let imageCount: Int
  /// The precision averaged over the recall levels, for each size and threshold, at the maximum number of detections;
  /// `nil` for sizes without an object.
  private let precision: [Double?]
  /// The recall, for each limit, size and threshold.
  private let recall: [[Double?]]

  /// - Parameters:
  ///   - detections: Those of all images, in the order of the images.
  ///   - objectCounts: The number of counted objects of each size.
  init(detections: [JudgedDetection], objectCounts: [Int], imageCount: Int) {
    objectCount = objectCounts[ObjectSize.all.rawValue]
    self.imageCount = imageCount
    // Swift's sort is not guaranteed to be stable; between equal scores the earlier image comes first.
    let order = detections.indices.sorted {
      detections[$0].score == detections[$1].score ? $0 < $1 : detections[$0].score > detections[$1].score
    }
    let sorted = order.map { detections[$0] }
    var precision: [Double?] = []
    var recall = [[Double?]](repeating: [], count: EvaluationRules.detectionLimits.count)
    for size in ObjectSize.allCases {
      let objects = objectCounts[size.rawValue]
      for threshold in EvaluationRules.thresholds.indices {
        let bit = JudgedDetection.bit(size, threshold: threshold)
        for (index, limit) in EvaluationRules.detectionLimits.enumerated() {
          let found = sorted.count { $0.rank < limit && $0.found & bit != 0 }
          recall[index].append(objects > 0 ? Double(found) / Double(objects) : nil)
        }
        precision.append(objects > 0 ? interpolatedPrecision(of: sorted, bit: bit, objectCount: objects) : nil)
      }
    }
    self.precision = precision
    self.recall = recall
  }

  /// The average precision at one threshold, or the mean over all; `nil` when the class has no object of this size.
  package func averagePrecision(_ size: ObjectSize = .all, threshold: Int? = nil) -> Double? {
    mean(of: values(precision, size, threshold))
  }

  /// The recall, averaged over the thresholds.
  ///
  /// - Parameter limit: An index of `EvaluationRules.detectionLimits`; the last by default.
  package func averageRecall(_ size: ObjectSize = .all, limit: Int? = nil) -> Double? {
    mean(of: values(recall[limit ?? recall.count - 1], size, nil))
  }

  private func values(_ table: [Double?], _ size: ObjectSize, _ threshold: Int?) -> [Double] {
    let first = size.rawValue * EvaluationRules.thresholds.count
    if let threshold { return [table[first + threshold]].compactMap { $0 } }
    return table[first..<first + EvaluationRules.thresholds.count].compactMap { $0 }
  }
}

/// The mean, over the recall levels, of the maximum precision at that recall or above; 0 for recalls that are not
/// reached.
///
/// - Parameter detections: By descending score.
private func interpolatedPrecision(of detections: [JudgedDetection], bit: UInt64, objectCount: Int) -> Double {
  var curve: [(recall: Double, precision: Double)] = []
  var (found, claimed) = (0, 0)
  for detection in detections where detection.ignored & bit == 0 {
    claimed += 1
    if detection.found & bit != 0 { found += 1 }
    curve.append((Double(found) / Double(objectCount), Double(found) / Double(claimed)))
  }
  var best = 0.0
  for index in curve.indices.reversed() {
    best = max(best, curve[index].precision)
    curve[index].precision = best
  }
  var sum = 0.0
  var point = 0
  for level in EvaluationRules.recallLevels {
    while point < curve.count, curve[point].recall < level { point += 1 }
    if point < curve.count { sum += curve[point].precision }
  }
  return sum / Double(EvaluationRules.recallLevels.count)
}

/// The mean of the values; `nil` when there are none.
func mean(of values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
