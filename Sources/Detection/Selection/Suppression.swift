/// Keeps the objects that no earlier kept object of their class overlaps by more than `iou`, at most
/// `maximumDetections` of them; `objects` is sorted by descending confidence.
func suppressOverlaps(of objects: [DetectedObject], iou: Double, maximumDetections: Int) -> [DetectedObject] {
  let boxes = SeparatedBoxes(objects)
  // An overlap exceeds the double exactly when it exceeds the largest single-precision value not above it.
  var threshold = Float(iou)
  if Double(threshold) > iou { threshold = threshold.nextDown }

  var isSuppressed = [Bool](repeating: false, count: objects.count)
  var kept: [DetectedObject] = []
  isSuppressed.withUnsafeMutableBufferPointer { isSuppressed in
    for index in objects.indices where !isSuppressed[index] {
      guard kept.count < maximumDetections else { break }
      kept.append(objects[index])
      boxes.markOverlaps(of: index, threshold: threshold, in: isSuppressed)
    }
  }
  return kept
}

/// The edges of all boxes, each edge in an array of its own so that loops over boxes are vectorised.
private struct SeparatedBoxes {
  private var x1: [Float] = []
  private var y1: [Float] = []
  private var x2: [Float] = []
  private var y2: [Float] = []
  private var areas: [Float] = []

  /// The offset between the boxes of consecutive classes.
  ///
  /// Offsetting the classes allows one pass for all of them. The sum is rounded in single precision, and areas are
  /// computed after it, so the official results depend on this exact value.
  private static let classDistance: Float = 7680

  init(_ objects: [DetectedObject]) {
    for object in objects {
      let offset = Float(object.classIndex) * SeparatedBoxes.classDistance
      let box = object.box
      x1.append(box.x1 + offset)
      y1.append(box.y1 + offset)
      x2.append(box.x2 + offset)
      y2.append(box.y2 + offset)
      areas.append((box.x2 + offset - (box.x1 + offset)) * (box.y2 + offset - (box.y1 + offset)))
    }
  }

  /// Marks the boxes after `index` whose intersection over union with it exceeds `threshold`.
  func markOverlaps(of index: Int, threshold: Float, in isSuppressed: UnsafeMutableBufferPointer<Bool>) {
    let (left, top, right, bottom, area) = (x1[index], y1[index], x2[index], y2[index], areas[index])
    x1.withUnsafeBufferPointer { x1 in
      y1.withUnsafeBufferPointer { y1 in
        x2.withUnsafeBufferPointer { x2 in
          y2.withUnsafeBufferPointer { y2 in
            areas.withUnsafeBufferPointer { areas in
              for other in index + 1..<areas.count {
                let innerLeft = left > x1[other] ? left : x1[other]
                let innerTop = top > y1[other] ? top : y1[other]
                let innerRight = right < x2[other] ? right : x2[other]
                let innerBottom = bottom < y2[other] ? bottom : y2[other]
                let width = innerRight - innerLeft
                let height = innerBottom - innerTop
                let intersection = (width > 0 ? width : 0) * (height > 0 ? height : 0)
                let overlap = intersection / (area + areas[other] - intersection)
                isSuppressed[other] = isSuppressed[other] || overlap > threshold
              }
            }
          }
        }
      }
    }
  }
}
