/// Boxes and class probabilities from the raw maps of a detection head (YOLOv9's Detect family in its inference form).
///
/// Each input has `4 · bins + classes` channels: for the sides left, top, right and bottom a distribution over `bins`
/// distances, then one logit per class. For the cell (x, y) of a level, a side's distance is the mean of the softmax of
/// its bins weighted by the projection (distribution focal loss); the box spans from `(x + ½ − l, y + ½ − t)` to
/// `(x + ½ + r, y + ½ + b)`, times the level's stride. The result has the rows centre x, centre y, width, height in
/// pixels and one sigmoid probability per class, and one column per cell, level after level.
package struct DecodeDetections: Operator {
  package var classes = 1
  package var bins = 16
  /// Input pixels per cell, for each level.
  package var strides: [Double] = []
  /// The distances that the bins stand for, (1, bins, 1, 1): a frozen 0, 1, 2, … in every official checkpoint.
  package var projection = ParameterExpression.stored("")

  package init() {}

  package static let name = "decode_detections"
  package static let attributes: [Attribute<Self>] = [
    .integer("classes", \.classes), .integer("bins", \.bins), .reals("strides", \.strides),
    .parameter("projection", \.projection),
  ]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    try expectMaps(inputs, count: 1...TensorType.maximumLevels)
    try expect(classes, in: 1...TensorType.maximumChannels / 2, "classes")
    try expect(bins, in: 1...256, "bins")
    guard strides.count == inputs.count, strides.allSatisfy({ $0 > 0 && $0 < 1e6 }) else {
      throw .inputCount(expected: strides.count...strides.count, found: inputs.count)
    }
    let channels = 4 * bins + classes
    for (index, input) in inputs.enumerated() where input.channels != channels {
      throw .channels(input: index, expected: channels, found: input.channels)
    }
    return TensorType(channels: 4 + classes, anchors: inputs.flatMap(\.levels))
  }

  package func parameters(_ inputs: [TensorType]) -> [ParameterUse] {
    [ParameterUse("projection", projection, shape: [1, bins, 1, 1])]
  }

  /// The projection counts as the convolution that it is in the official code: `bins` to 1 over four sides of each cell.
  package func multiplyAccumulates(_ inputs: [TensorType], output: [Int]) -> Int {
    saturatingProduct(bins, 4, output[1])
  }

  package func replacingParameters(
    _ replacement: (_ role: String, ParameterExpression) -> ParameterExpression
  ) -> Op? {
    var copy = self
    copy.projection = replacement("projection", projection)
    return .decodeDetections(copy)
  }

  /// Not in bf16: probabilities would be off by up to 0.0008, more than by all the roundings before.
  package var worksInBF16: Bool { false }

  package var resultMeaning: OutputContract.Meaning {
    .detections(DetectionContract(classes: classes, boxes: .centerAndSize, strides: strides))
  }
}
