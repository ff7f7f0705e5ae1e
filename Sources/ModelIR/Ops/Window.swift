/// The window that convolutions and pools slide over a map.
struct Window {
  let kernel: Int
  let stride: Int
  let padding: Int
  var dilation = 1

  /// The limit on each attribute, beyond any network: products of them stay far from overflow.
  static let largest = 4096

  func validate(_ owner: some Operator) throws(TypeError) {
    try owner.expect(kernel, in: 1...Self.largest, "k")
    try owner.expect(stride, in: 1...Self.largest, "s")
    try owner.expect(padding, in: 0...Self.largest, "p")
    try owner.expect(dilation, in: 1...Self.largest, "d")
  }

  /// The type of a pool with this window.
  func pooledType(_ owner: some Operator, _ inputs: [TensorType]) throws(TypeError) -> TensorType {
    let input = try owner.expectMap(inputs)
    try validate(owner)
    // PyTorch's rule; a window could lie wholly in the border otherwise.
    try owner.expect(padding, in: 0...kernel / 2, "p")
    guard let height = input.height.sliding(kernel: kernel, stride: stride, padding: padding),
      let width = input.width.sliding(kernel: kernel, stride: stride, padding: padding)
    else { throw .tooLarge }
    return TensorType(channels: input.channels, height: height, width: width)
  }
}
