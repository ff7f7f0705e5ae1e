/// Selects the objects in a detector's raw predictions: those above the confidence limit, after non-maximum
/// suppression.
///
/// `predictions` holds `4 + classes` rows of `anchors` elements: the centre x, centre y, width and height in pixels,
/// then each class's probability. The buffer must hold at least that many elements. The result is sorted by descending
/// confidence, equals in anchor order, then by class. It equals that of the official `non_max_suppression` in the form
/// that `options.labels` names; non-finite predictions are never selected.
package func selectDetections(
  predictions: UnsafeBufferPointer<Float>, classes: Int, anchors: Int, options: SelectionOptions
) -> [DetectedObject] {
  guard classes > 0, anchors > 0 else { return [] }
  precondition(predictions.count / (4 + classes) >= anchors, "the buffer is too small for the predictions")
  let table = PredictionTable(values: predictions, classes: classes, anchors: anchors)
  var candidates: [Candidate]
  switch options.labels {
  case .best: candidates = table.bestCandidates(confidence: options.confidence)
  case .every: candidates = table.candidates(confidence: options.confidence)
  }
  if let allowed = options.classes { candidates.removeAll { !allowed.contains($0.object.classIndex) } }
  // Swift's sort is not guaranteed to be stable, so anchors and classes decide between equals.
  candidates.sort {
    ($1.object.confidence, $0.anchor, $0.object.classIndex) < ($0.object.confidence, $1.anchor, $1.object.classIndex)
  }
  let objects = candidates.prefix(max(options.maximumCandidates, 0)).map(\.object)
  return suppressOverlaps(of: objects, iou: options.iou, maximumDetections: options.maximumDetections)
}
