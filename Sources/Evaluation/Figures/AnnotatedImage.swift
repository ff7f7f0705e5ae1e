/// A rectangle in pixels of the picture, as COCO writes it: its left top corner and its size.
package struct BoundingBox: Sendable, Hashable {
  package var left: Double
  package var top: Double
  package var width: Double
  package var height: Double

  package init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  package var area: Double { width * height }

  /// The common area over the area of both together; over this box's own area when `other` is a crowd, which one
  /// detection cannot fill.
  func overlap(with other: BoundingBox, isCrowd: Bool) -> Double {
    let commonWidth = min(left + width, other.left + other.width) - max(left, other.left)
    let commonHeight = min(top + height, other.top + other.height) - max(top, other.top)
    guard commonWidth > 0, commonHeight > 0 else { return 0 }
    let common = commonWidth * commonHeight
    return common / (isCrowd ? area : area + other.area - common)
  }
}

/// An object that people marked in a picture.
package struct AnnotatedObject: Sendable, Hashable {
  /// The class among those that are evaluated, from 0.
  package var classIndex: Int
  package var box: BoundingBox
  /// The object's own area in pixels, which decides its size; that of its outline where there is one, not of its box.
  package var area: Double
  /// Whether the box holds a crowd: neither missing it nor finding parts of it counts.
  package var isCrowd: Bool

  package init(classIndex: Int, box: BoundingBox, area: Double? = nil, isCrowd: Bool = false) {
    self.classIndex = classIndex
    self.box = box
    self.area = area ?? box.area
    self.isCrowd = isCrowd
  }
}

/// An object that a detector claims to see.
package struct Prediction: Sendable, Hashable {
  /// The class among those that are evaluated, from 0.
  package var classIndex: Int
  package var box: BoundingBox
  /// How sure the detector is; only the order matters. Not NaN.
  package var score: Double

  package init(classIndex: Int, box: BoundingBox, score: Double) {
    self.classIndex = classIndex
    self.box = box
    self.score = score
  }
}

/// What is in a picture, and what a detector found there.
package struct AnnotatedImage: Sendable, Hashable {
  package var objects: [AnnotatedObject]
  package var predictions: [Prediction]

  package init(objects: [AnnotatedObject] = [], predictions: [Prediction] = []) {
    self.objects = objects
    self.predictions = predictions
  }
}
