/// Channels laid out as squares of `block × block` elements; `(dy · block + dx) · C + c` is channel `c` of the result.
package struct DepthToSpace: Operator {
  package var block = 1

  package init() {}

  package static let name = "depth_to_space"
  package static let attributes: [Attribute<Self>] = [.integer("block", \.block)]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    let input = try expectMap(inputs)
    try expect(block, in: 1...64, "block")
    guard input.channels % (block * block) == 0 else {
      throw .channelsNotDivisible(channels: input.channels, by: block * block, attribute: "block")
    }
    guard let height = input.height.scaled(by: block), let width = input.width.scaled(by: block) else {
      throw .tooLarge
    }
    return TensorType(channels: input.channels / (block * block), height: height, width: width)
  }

  package var returnsInputOfSameType: Bool { true }
  package var movesElements: Bool { true }
  package var worksInBF16: Bool { true }
}
