import Testing

@testable import Kernels

@Suite struct RearrangementTests {
  static let shapes = [(1, 1, 1), (3, 1, 9), (2, 5, 1), (5, 3, 8), (2, 4, 17), (33, 5, 16)].map {
    MapShape(channels: $0.0, height: $0.1, width: $0.2)
  }

  /// Here `shape` is that of one block position: the input is `block` times as high and wide.
  @Test(arguments: shapes, [1, 2, 3])
  func movesSpaceToDepth(_ shape: MapShape, _ block: Int) {
    let inputShape = MapShape(channels: shape.channels, height: shape.height * block, width: shape.width * block)
    let input = (0..<inputShape.count).map(Float.init)
    for order in [BlockOrder.rowsFirst, .columnsFirst] {
      let output = GuardedBuffer(count: input.count)
      withFencedInput(input) {
        spaceToDepth(
          input: $0, shape: inputShape, block: block, order: order, output: output.pointer,
          pool: ThreadPool(threads: 2))
      }
      var expected = [Float](repeating: .nan, count: input.count)
      for c in 0..<shape.channels {
        for y in 0..<inputShape.height {
          for x in 0..<inputShape.width {
            let (dy, dx) = (y % block, x % block)
            let position = order == .rowsFirst ? dy * block + dx : dx * block + dy
            let row = (position * shape.channels + c) * shape.height + y / block
            expected[row * shape.width + x / block] = input[(c * inputShape.height + y) * inputShape.width + x]
          }
        }
      }
      #expect(output.marginsAreIntact)
      #expect(output.values == expected, "\(order)")
    }
  }

  @Test(arguments: shapes, [1, 2, 3])
  func movesDepthBackToSpace(_ shape: MapShape, _ block: Int) {
    let wide = MapShape(channels: shape.channels, height: shape.height * block, width: shape.width * block)
    let deep = MapShape(channels: shape.channels * block * block, height: shape.height, width: shape.width)
    let input = (0..<wide.count).map(Float.init)
    let pool = ThreadPool(threads: 3)
    let between = GuardedBuffer(count: input.count)
    spaceToDepth(input: input, shape: wide, block: block, order: .rowsFirst, output: between.pointer, pool: pool)
    let output = GuardedBuffer(count: input.count)
    withFencedInput(between.values) {
      depthToSpace(input: $0, shape: deep, block: block, output: output.pointer, pool: pool)
    }
    #expect(output.marginsAreIntact)
    #expect(output.values == input)
  }

  /// The numbers are those of the array expressions that define the three layers, worked out in NumPy.
  @Test func followsTheLayersOfYOLO() {
    let pool = ThreadPool(threads: 1)
    let input = (0..<32).map(Float.init)
    let wide = MapShape(channels: 2, height: 4, width: 4)
    var output = [Float](repeating: .nan, count: 32)

    // ReOrg: concatenate([x[:, ::2, ::2], x[:, 1::2, ::2], x[:, ::2, 1::2], x[:, 1::2, 1::2]])
    spaceToDepth(input: input, shape: wide, block: 2, order: .columnsFirst, output: &output, pool: pool)
    let reorganised: [Float] = [
      0, 2, 8, 10, 16, 18, 24, 26, 4, 6, 12, 14, 20, 22, 28, 30,
      1, 3, 9, 11, 17, 19, 25, 27, 5, 7, 13, 15, 21, 23, 29, 31,
    ]
    #expect(output == reorganised)

    // Contract: x.reshape(c, h/2, 2, w/2, 2).transpose(2, 4, 0, 1, 3)
    spaceToDepth(input: input, shape: wide, block: 2, order: .rowsFirst, output: &output, pool: pool)
    let contracted: [Float] = [
      0, 2, 8, 10, 16, 18, 24, 26, 1, 3, 9, 11, 17, 19, 25, 27,
      4, 6, 12, 14, 20, 22, 28, 30, 5, 7, 13, 15, 21, 23, 29, 31,
    ]
    #expect(output == contracted)

    // Expand: x.reshape(2, 2, c/4, h, w).transpose(2, 3, 0, 4, 1)
    let deep = MapShape(channels: 8, height: 2, width: 2)
    depthToSpace(input: input, shape: deep, block: 2, output: &output, pool: pool)
    let expanded: [Float] = [
      0, 8, 1, 9, 16, 24, 17, 25, 2, 10, 3, 11, 18, 26, 19, 27,
      4, 12, 5, 13, 20, 28, 21, 29, 6, 14, 7, 15, 22, 30, 23, 31,
    ]
    #expect(output == expanded)
  }

  @Test(arguments: [0, 1, 7, 100_003])
  func copies(_ count: Int) {
    let input = (0..<count).map(Float.init)
    let output = GuardedBuffer(count: count)
    withFencedInput(input) {
      copy(input: $0, count: count, output: output.pointer, pool: ThreadPool(threads: 3))
    }
    #expect(output.marginsAreIntact)
    #expect(output.values == input)
  }
}
