/// Why an operator does not accept its inputs: facts, without words for people and without places.
package enum TypeError: Error, Sendable, Hashable {
  /// The operator takes a different number of inputs.
  case inputCount(expected: ClosedRange<Int>, found: Int)
  /// An input is a set of predictions where a feature map is needed.
  case notAMap(input: Int)
  /// Two inputs have different channels.
  case channels(input: Int, expected: Int, found: Int)
  /// Two inputs have different heights or widths.
  case extents(input: Int, expected: TensorType, found: TensorType)
  /// The number of channels is not divisible as the attribute requires.
  case channelsNotDivisible(channels: Int, by: Int, attribute: String)
  /// The height or width of the input cannot be cut into equal parts for every size.
  case sizeNotDivisible(input: TensorType, by: Int)
  /// An attribute is out of its range.
  case attribute(name: String, value: Int, allowed: ClosedRange<Int>)
  /// A size exceeds the limits of the representation.
  case tooLarge
}
