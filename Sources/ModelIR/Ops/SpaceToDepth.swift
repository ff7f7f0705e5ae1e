/// Squares of `block × block` elements laid out as channels: a map `block` times smaller with `block²` times the channels.
package struct SpaceToDepth: Operator {
  /// Which of a square's offsets, `dy` or `dx`, is the slower one in the channels of the result.
  package enum Order: String, Sendable, Hashable {
    /// Channel `(dy · block + dx) · C + c`: YOLO's Contract.
    case rows
    /// Channel `(dx · block + dy) · C + c`: YOLO's ReOrg.
    case columns
  }

  package var block = 1
  package var order = Order.rows

  package init() {}

  package static let name = "space_to_depth"
  package static let attributes: [Attribute<Self>] = [.integer("block", \.block), .choice("order", \.order)]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    let input = try expectMap(inputs)
    try expect(block, in: 1...64, "block")
    guard let height = input.height.divided(into: block), let width = input.width.divided(into: block) else {
      throw .sizeNotDivisible(input: inputs[0], by: block)
    }
    let channels = saturatingProduct(input.channels, block, block)
    guard channels <= TensorType.maximumChannels else { throw .tooLarge }
    return TensorType(channels: channels, height: height, width: width)
  }

  package var returnsInputOfSameType: Bool { true }
  package var movesElements: Bool { true }
  package var worksInBF16: Bool { true }
}
