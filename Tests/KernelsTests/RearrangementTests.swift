import KernelInterface
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
    let deep = MapShape(channels: shape.channels * block * block, height: shape.height, width: shape.width)
    let input = (0..<inputShape.count).map(Float.init)
    for order in [BlockOrder.rowsFirst, .columnsFirst] {
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
      check(input, inputShape, expected, deep) { spaceToDepth($0, block: block, order: order, to: $1, pool: $2) }
      if order == .rowsFirst {
        check(expected, deep, input, inputShape) { depthToSpace($0, block: block, to: $1, pool: $2) }
      }
    }
  }

  /// The numbers are those of the array expressions that define the three layers, worked out in NumPy.
  @Test func followsTheLayersOfYOLO() {
    let input = (0..<32).map(Float.init)
    let wide = MapShape(channels: 2, height: 4, width: 4)
    let deep = MapShape(channels: 8, height: 2, width: 2)

    // ReOrg: concatenate([x[:, ::2, ::2], x[:, 1::2, ::2], x[:, ::2, 1::2], x[:, 1::2, 1::2]])
    let reorganised: [Float] = [
      0, 2, 8, 10, 16, 18, 24, 26, 4, 6, 12, 14, 20, 22, 28, 30,
      1, 3, 9, 11, 17, 19, 25, 27, 5, 7, 13, 15, 21, 23, 29, 31,
    ]
    check(input, wide, reorganised, deep) { spaceToDepth($0, block: 2, order: .columnsFirst, to: $1, pool: $2) }

    // Contract: x.reshape(c, h/2, 2, w/2, 2).transpose(2, 4, 0, 1, 3)
    let contracted: [Float] = [
      0, 2, 8, 10, 16, 18, 24, 26, 1, 3, 9, 11, 17, 19, 25, 27,
      4, 6, 12, 14, 20, 22, 28, 30, 5, 7, 13, 15, 21, 23, 29, 31,
    ]
    check(input, wide, contracted, deep) { spaceToDepth($0, block: 2, order: .rowsFirst, to: $1, pool: $2) }

    // Expand: x.reshape(2, 2, c/4, h, w).transpose(2, 3, 0, 4, 1)
    let expanded: [Float] = [
      0, 8, 1, 9, 16, 24, 17, 25, 2, 10, 3, 11, 18, 26, 19, 27,
      4, 12, 5, 13, 20, 28, 21, 29, 6, 14, 7, 15, 22, 30, 23, 31,
    ]
    check(input, deep, expanded, wide) { depthToSpace($0, block: 2, to: $1, pool: $2) }
  }
}

/// Between planes and pixels.
@Suite struct PlanesTests {
  @Test(arguments: [1, 2, 3, 4, 5, 8, 17, 33], [(1, 1), (1, 7), (5, 3), (20, 37), (80, 81)])
  func bringsPlanesIntoPixelsAndBack(_ channels: Int, _ extent: (height: Int, width: Int)) {
    let shape = MapShape(channels: channels, height: extent.height, width: extent.width)
    var numbers = TestNumbers(seed: shape.count)
    let values = numbers.reals(shape.count)
    for (set, layout, pool) in surroundings {
      let planes = FencedMemory(count: shape.count)
      planes.start.update(from: values, count: values.count)
      let map = TestMap(shape, layout)
      withExtendedLifetime(planes) { readPlanes(planes.start, to: map.map, microkernels: set.microkernels, pool: pool) }
      #expect(map.values == values, "\(set), \(layout)")
      #expect(map.surroundingsAreIntact, "\(set), \(layout)")
      let output = GuardedBuffer(count: shape.count)
      map.lend { writePlanes($0, to: output.pointer, microkernels: set.microkernels, pool: pool) }
      #expect(output.values == values)
      #expect(output.marginsAreIntact)
    }
  }
}
