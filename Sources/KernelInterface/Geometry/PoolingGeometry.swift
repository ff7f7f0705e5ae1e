/// Describes a square pooling window over every channel of a map; the output extents follow, rounding down.
package struct PoolingGeometry: Hashable, Sendable {
  package let input: MapShape
  package let kernel: Int
  package let stride: Int
  package let padding: Int
  package let output: MapShape

  package let rows: WindowAxis
  package let columns: WindowAxis

  /// Checks the arguments as PyTorch does: padding may be at most half the kernel, so no window lies in it entirely.
  package init(input: MapShape, kernel: Int, stride: Int, padding: Int = 0) {
    require(padding <= kernel / 2, "A pooling window of \(kernel) cannot have a padding of \(padding).")
    rows = WindowAxis(name: "height", input: input.height, kernel: kernel, stride: stride, padding: padding)
    columns = WindowAxis(name: "width", input: input.width, kernel: kernel, stride: stride, padding: padding)
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    output = MapShape(channels: input.channels, height: rows.output, width: columns.output)
  }
}
