/// One object a detector found.
package struct DetectedObject: Sendable, Equatable {
  /// The index of the object's class, from zero.
  package var classIndex: Int
  /// The probability of the class.
  package var confidence: Float
  /// Where the object is, in pixels.
  package var box: Box

  /// Creates a detected object.
  package init(classIndex: Int, confidence: Float, box: Box) {
    self.classIndex = classIndex
    self.confidence = confidence
    self.box = box
  }
}
