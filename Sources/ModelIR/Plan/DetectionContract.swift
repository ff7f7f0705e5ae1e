/// Detections as a result: (rows, anchors), with four rows that say where each anchor's box is, then one row of
/// probabilities, from 0 to 1, per class. Anchors are the cells of one or more maps, level after level, each row by row;
/// the result's type has the levels.
package struct DetectionContract: Attributed {
  /// How the rows of a box give its place.
  package enum BoxEncoding: String, Sendable, Hashable {
    /// Centre x, centre y, width and height, in pixels of the input.
    case centerAndSize = "center_and_size"
  }

  package var classes = 1
  package var boxes = BoxEncoding.centerAndSize
  /// Input pixels per cell, for each level.
  package var strides: [Double] = []

  package init() {}

  package init(classes: Int, boxes: BoxEncoding = .centerAndSize, strides: [Double]) {
    (self.classes, self.boxes, self.strides) = (classes, boxes, strides)
  }

  package static let name = "detections"
  package static let attributes: [Attribute<Self>] = [
    .integer("classes", \.classes), .choice("boxes", \.boxes), .reals("strides", \.strides),
  ]

  /// The rows of boxes.
  package var boxRows: Range<Int> { 0..<4 }
  /// The rows of class probabilities.
  package var classRows: Range<Int> { 4..<4 + classes }

  /// Checks the contract of a plan that names `classCount` classes against the type of its result.
  func verify(_ type: TensorType, classCount: Int, owner: String) throws(PlanError) {
    guard case .anchors(let levels) = type.layout else {
      throw PlanError(message: "\(owner) is said to be detections and is a feature map, \(type.description)")
    }
    guard classes == classCount else {
      throw PlanError(message: "\(owner) has detections of \(classes) classes, and the plan names \(classCount)")
    }
    // The type's channels are bounded, so that this subtraction cannot overflow, unlike an addition to `classes`.
    guard classes >= 1, type.channels - boxRows.count == classes else {
      throw PlanError(
        message:
          "\(owner) has detections of \(classes) classes and \(type.channels) rows; there are four rows of boxes and "
          + "one per class")
    }
    guard strides.count == levels.count, strides.allSatisfy({ $0 > 0 && $0 < 1e6 }) else {
      throw PlanError(
        message:
          "\(owner) needs a positive stride for each level of its detections, \(levels.count) in all, not \(strides)")
    }
  }
}
