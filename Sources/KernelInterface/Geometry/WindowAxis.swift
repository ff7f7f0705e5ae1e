/// Describes how a sliding window meets one axis, rows or columns, of a map.
package struct WindowAxis: Hashable, Sendable {
  package let input: Int
  package let output: Int
  package let kernel: Int
  package let stride: Int
  package let padding: Int
  package let dilation: Int

  /// Derives the output extent by PyTorch's rule, rounding down.
  package init(name: String, input: Int, kernel: Int, stride: Int, padding: Int, dilation: Int = 1) {
    require(
      kernel > 0 && stride > 0 && dilation > 0 && padding >= 0,
      "A window's kernel (\(kernel)), stride (\(stride)) and dilation (\(dilation)) must be positive "
        + "and its padding (\(padding)) must not be negative.")
    let reach = dilation * (kernel - 1) + 1
    require(
      input + 2 * padding >= reach,
      "A window of \(reach) does not fit an input \(name) of \(input) with a padding of \(padding).")
    self.input = input
    self.output = (input + 2 * padding - reach) / stride + 1
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  /// Gives the input position that tap 0 meets at an output position; it is negative inside the leading padding.
  @inlinable @inline(__always)
  package func origin(_ position: Int) -> Int { position * stride - padding }

  /// Gives the taps that meet the input, not the padding, at an output position.
  @inlinable @inline(__always)
  package func taps(at position: Int) -> Range<Int> {
    let origin = origin(position)
    let first = origin >= 0 ? 0 : (-origin + dilation - 1) / dilation
    let last = origin >= input ? 0 : min(kernel, (input - 1 - origin) / dilation + 1)
    return first..<max(first, last)
  }

  /// Gives the output positions at which a tap meets the input.
  @inlinable @inline(__always)
  package func positions(tap: Int) -> Range<Int> {
    let offset = tap * dilation - padding
    let first = offset >= 0 ? 0 : min(output, (-offset + stride - 1) / stride)
    let last = offset >= input ? 0 : min(output, (input - 1 - offset) / stride + 1)
    return first..<max(first, last)
  }

  /// Gives the output positions at which every tap meets the input.
  package var interior: Range<Int> {
    let first = positions(tap: 0).lowerBound
    let last = positions(tap: kernel - 1).upperBound
    return first..<max(first, last)
  }
}
