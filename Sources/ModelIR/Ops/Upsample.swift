/// Every element repeated `scale` times in both directions.
package struct Upsample: Operator {
  package var scale = 1

  package init() {}

  package static let name = "upsample"
  package static let attributes: [Attribute<Self>] = [.integer("scale", \.scale)]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    let input = try expectMap(inputs)
    try expect(scale, in: 1...Window.largest, "scale")
    guard let height = input.height.scaled(by: scale), let width = input.width.scaled(by: scale) else {
      throw .tooLarge
    }
    return TensorType(channels: input.channels, height: height, width: width)
  }

  package var returnsInputOfSameType: Bool { scale == 1 }
  package var movesElements: Bool { true }
  package var repeatsElements: Bool { true }
  package var worksInBF16: Bool { true }
}
