/// The constants of the COCO evaluation (Lin et al., "Microsoft COCO: Common Objects in Context", 2014, and
/// https://cocodataset.org/#detection-eval).
package enum EvaluationRules {
  /// The overlaps from which on a detection counts as found: 0.50, 0.55, … 0.95.
  ///
  /// Steps are added up in the reference's way: a twentieth is no binary number, and an overlap may be equal to one.
  package static let thresholds: [Double] = (0..<10).map { Double($0) * ((0.95 - 0.5) / 9) + 0.5 }

  /// The recalls at which precision is read off: 0.00, 0.01, … 1.00.
  static let recallLevels: [Double] = (0...100).map { $0 == 100 ? 1 : Double($0) * 0.01 }

  /// The most detections of one class that count in a picture, by score. The first two serve average recall alone.
  package static let detectionLimits = [1, 10, 100]
}

/// The sizes that figures are given for, by the area of the annotated object in pixels of the picture.
package enum ObjectSize: Int, CaseIterable, Sendable {
  case all, small, medium, large

  /// The areas that belong to the size, both ends included.
  package var areas: ClosedRange<Double> {
    switch self {
    case .all: 0...1e10
    case .small: 0...1024
    case .medium: 1024...9216
    case .large: 9216...1e10
    }
  }
}
