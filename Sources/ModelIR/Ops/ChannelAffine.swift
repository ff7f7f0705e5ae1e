/// `out = in · scale + shift`, per channel; either may be missing.
///
/// What a batch normalisation becomes when no convolution stands before it, and what YOLO's implicit knowledge is.
package struct ChannelAffine: Operator {
  package var scale: ParameterExpression?
  package var shift: ParameterExpression?
  /// The shape that the parameters are stored in, in place of (channels).
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
}
