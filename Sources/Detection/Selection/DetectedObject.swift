/// An object found by a detector.
package struct DetectedObject: Sendable, Equatable {
  /// The index of the object's class, from zero.
  package var classIndex: Int
  /// The probability of the class.
  package var confidence: Float
  /// The box of the object, in pixels.
  package var box: CornerBox

  /// Creates a detected object.
  package init(classIndex: Int, confidence: Float, box: CornerBox) {
    self.classIndex = classIndex
    self.confidence = confidence
    self.box = box
  }
}
