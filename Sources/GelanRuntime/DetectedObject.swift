import Detection

/// An object in an image.
public struct DetectedObject: Sendable, Hashable {
  /// The index of the object's class, from zero.
  public let classIndex: Int
  /// The name of the class.
  public let className: String
  /// The probability of the class, from 0 to 1.
  public let confidence: Float
  /// Where the object is.
  public let box: Box

  /// Makes an object, to be drawn.
  ///
  /// - Parameters:
  ///   - classIndex: From zero, at most a million.
  ///   - className: The label that is drawn.
  ///   - confidence: The probability of the class, from 0 to 1.
  ///   - box: In pixels of the image.
  public init(classIndex: Int, className: String, confidence: Float, box: Box) {
    precondition((0...1_000_000).contains(classIndex), "a class has an index from 0 to 1,000,000")
    self.classIndex = classIndex
    self.className = className
    self.confidence = confidence
    self.box = box
  }
}

/// A rectangle in pixels of the image, counted from its top left corner.
public struct Box: Sendable, Hashable {
  public var left: Float
  public var top: Float
  public var right: Float
  public var bottom: Float

  public init(left: Float, top: Float, right: Float, bottom: Float) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }
}

extension Box {
  init(_ box: Detection.CornerBox) {
    self.init(left: box.x1, top: box.y1, right: box.x2, bottom: box.y2)
  }
}

extension Detection.DetectedObject {
  init(_ object: DetectedObject) {
    let box = object.box
    self.init(
      classIndex: object.classIndex, confidence: object.confidence,
      box: Detection.CornerBox(x1: box.left, y1: box.top, x2: box.right, y2: box.bottom))
  }
}
