/// A border of zeros.
package struct ZeroPad: Operator {
  package var left = 0
  package var right = 0
  package var top = 0
  package var bottom = 0

  package init() {}

  package static let name = "zero_pad"
  package static let attributes: [Attribute<Self>] = [
    .integer("left", \.left), .integer("right", \.right), .integer("top", \.top), .integer("bottom", \.bottom),
  ]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    let input = try expectMap(inputs)
    for (name, value) in [("left", left), ("right", right), ("top", top), ("bottom", bottom)] {
      try expect(value, in: 0...Window.largest, name)
    }
    guard let height = input.height.padded(by: top + bottom), let width = input.width.padded(by: left + right)
    else { throw .tooLarge }
    return TensorType(channels: input.channels, height: height, width: width)
  }

  package var movesElements: Bool { true }
  package var worksInBF16: Bool { true }
}
