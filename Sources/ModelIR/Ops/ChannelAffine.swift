/// `out = in · scale + shift`, per channel; either may be missing.
///
/// A batch normalisation that no convolution precedes becomes one; YOLO's implicit knowledge is another.
package struct ChannelAffine: Operator {
  package var scale: ParameterExpression?
  package var shift: ParameterExpression?
  /// Whether the parameters are stored in the shape (1, channels, 1, 1) instead of (channels).
  package var isStoredAsMap = false

  package init() {}

  package static let name = "channel_affine"
  package static let attributes: [Attribute<Self>] = [
    .optionalParameter("scale", \.scale), .optionalParameter("shift", \.shift), .flag("map", \.isStoredAsMap),
  ]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    _ = try expectMap(inputs)
    return inputs[0]
  }

  package func parameters(_ inputs: [TensorType]) -> [ParameterUse] {
    let shape = isStoredAsMap ? [1, inputs[0].channels, 1, 1] : [inputs[0].channels]
    return [("scale", scale), ("shift", shift)].compactMap { role, expression in
      expression.map { ParameterUse(role, $0, shape: shape) }
    }
  }

  package func replacingParameters(
    _ replacement: (_ role: String, ParameterExpression) -> ParameterExpression
  ) -> Op? {
    var copy = self
    copy.scale = scale.map { replacement("scale", $0) }
    copy.shift = shift.map { replacement("shift", $0) }
    return .channelAffine(copy)
  }

  package var worksInBF16: Bool { true }
}
