/// The constants of the COCO evaluation (Lin et al., "Microsoft COCO: Common Objects in Context", 2014, and
/// https://cocodataset.org/#detection-eval).
package enum EvaluationRules {
  /// The intersections over union from which a detection counts as correct: 0.50, 0.55, … 0.95.
  ///
  /// Steps are added in the order of the reference: 1/20 has no exact binary form, and an overlap may equal a
  /// threshold.
  package static let thresholds: [Double] = (0..<10).map { Double($0) * ((0.95 - 0.5) / 9) + 0.5 }

  /// The recall levels at which precision is sampled: 0.00, 0.01, … 1.00.
  static let recallLevels: [Double] = (0...100).map { $0 == 100 ? 1 : Double($0) * 0.01 }

  /// The maximum numbers of detections per class and image that count, by score. The first two are for average recall
  /// only.
  package static let detectionLimits = [1, 10, 100]
}

/// The sizes that figures are reported for, by the area of the annotated object in pixels.
package enum ObjectSize: Int, CaseIterable, Sendable {
  case all, small, medium, large

  /// The range of areas of the size, both ends included.
  package var areas: ClosedRange<Double> {
    switch self {
    case .all: 0...1e10
    case .small: 0...1024
    case .medium: 1024...9216
    case .large: 9216...1e10
    }
  }
}
