/// The sum of maps of one type. Those before the last may be smaller by a power of two up to `largestScale` in height and
/// width; their elements are repeated.
package struct Add: Operator {
  package var largestScale = 1

  package init() {}

  package static let name = "add"
  package static let attributes: [Attribute<Self>] = [.integer("up", \.largestScale)]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    try expectMaps(inputs, count: 1...Concat.maximumInputs)
    try expectScale(largestScale, upTo: 64, "up")
    let result = largestScale == 1 ? inputs[0] : inputs[inputs.count - 1]
    for (index, input) in inputs.enumerated() {
      guard let scale = input.scale(to: result), scale <= largestScale else {
        throw .extents(input: index, expected: result, found: input)
      }
      guard input.channels == result.channels else {
        throw .channels(input: index, expected: result.channels, found: input.channels)
      }
    }
    return result
  }

  package var returnsInputOfSameType: Bool { true }
  package var worksInBF16: Bool { true }
}

extension TensorType {
  /// The power of two, up to 64, by which this map's height and width must be multiplied to equal another's; `nil` if there
  /// is none.
  package func scale(to other: TensorType) -> Int? {
    if layout == other.layout { return 1 }
    guard let extents, let target = other.extents else { return nil }
    return [2, 4, 8, 16, 32, 64].first { scale in
      extents.height.scaled(by: scale) == target.height && extents.width.scaled(by: scale) == target.width
    }
  }
}
