/// The limits of non-maximum suppression.
package struct SelectionOptions: Sendable, Equatable {
  /// The classes for which an anchor's box is a candidate.
  package enum Labels: Sendable {
    /// Only the most probable one.
    case best
    /// Every one above the confidence limit, as for average precision.
    case every
  }

  /// The probability that an object's class must exceed.
  package var confidence: Float
  /// The intersection over union above which the less probable of two boxes of a class is suppressed.
  ///
  /// In double precision, since the original compares its single-precision overlaps with a double.
  package var iou: Double
  /// The maximum number of selected objects.
  package var maximumDetections: Int
  /// The maximum number of candidates, by probability, that enter suppression.
  package var maximumCandidates: Int
  package var labels: Labels
  /// The classes that may be selected; `nil` for all.
  package var classes: Set<Int>?

  /// Creates limits; the defaults are those of the official YOLOv9 detection script, except its 1000 objects at most.
  package init(
    confidence: Float = 0.25, iou: Double = 0.45, maximumDetections: Int = 300, maximumCandidates: Int = 30000,
    labels: Labels = .best, classes: Set<Int>? = nil
  ) {
    self.confidence = confidence
    self.iou = iou
    self.maximumDetections = maximumDetections
    self.maximumCandidates = maximumCandidates
    self.labels = labels
    self.classes = classes
  }
}
