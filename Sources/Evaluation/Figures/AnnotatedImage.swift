/// A rectangle in pixels of the image, as in COCO: its top left corner and its size.
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

  /// The intersection over union; when `other` is a crowd, the intersection over this box's own area, since one
  /// detection cannot cover a crowd.
  func overlap(with other: BoundingBox, isCrowd: Bool) -> Double {
    let commonWidth = min(left + width, other.left + other.width) - max(left, other.left)
    let commonHeight = min(top + height, other.top + other.height) - max(top, other.top)
    guard commonWidth > 0, commonHeight > 0 else { return 0 }
    let common = commonWidth * commonHeight
    return common / (isCrowd ? area : area + other.area - common)
  }
}

/// An annotated object of an image.
package struct AnnotatedObject: Sendable, Hashable {
  /// The index of the class among those that are evaluated.
  package var classIndex: Int
  package var box: BoundingBox
  /// The object's own area in pixels, which determines its size: the area of its outline, if there is one, not of its
  /// box.
  package var area: Double
  /// Whether the box contains a crowd. Neither missing it nor finding parts of it is counted.
  package var isCrowd: Bool

  package init(classIndex: Int, box: BoundingBox, area: Double? = nil, isCrowd: Bool = false) {
    self.classIndex = classIndex
    self.box = box
    self.area = area ?? box.area
    self.isCrowd = isCrowd
  }
}

/// An object that a detector reports.
package struct Prediction: Sendable, Hashable {
  /// The index of the class among those that are evaluated.
  package var classIndex: Int
  package var box: BoundingBox
  /// The confidence of the detector; only the order matters. Not NaN.
  package var score: Double

  package init(classIndex: Int, box: BoundingBox, score: Double) {
    self.classIndex = classIndex
    self.box = box
    self.score = score
  }
}

/// The annotated objects of an image, and the objects that a detector found in it.
package struct AnnotatedImage: Sendable, Hashable {
  package var objects: [AnnotatedObject]
  package var predictions: [Prediction]

  package init(objects: [AnnotatedObject] = [], predictions: [Prediction] = []) {
    self.objects = objects
    self.predictions = predictions
  }
}
