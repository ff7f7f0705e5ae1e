/// The first input brought to the height and width of the second by taking the nearest element:
/// `out[y,x] = in[⌊y · h_in / h_out⌋, ⌊x · w_in / w_out⌋]`.
package struct ResizeNearest: Operator {
  package init() {}

  package static let name = "resize_nearest"
  package static let attributes: [Attribute<Self>] = []

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    try expectMaps(inputs, count: 2...2)
    return inputs[1].withChannels(inputs[0].channels)
  }

  package var movesElements: Bool { true }
  package var repeatsElements: Bool { true }
  package var worksInBF16: Bool { true }
}
