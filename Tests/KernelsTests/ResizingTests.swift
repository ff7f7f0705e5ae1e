import KernelInterface
import Testing

@testable import Kernels

@Suite struct ResizingTests {
  static let shapes = [(1, 1, 1), (3, 1, 9), (2, 5, 1), (5, 3, 8), (17, 4, 17), (65, 13, 16)].map {
    MapShape(channels: $0.0, height: $0.1, width: $0.2)
  }

  @Test(arguments: shapes, [1, 2, 3, 4])
  func repeatsElements(_ shape: MapShape, _ scale: Int) {
    var numbers = TestNumbers(seed: scale)
    let values = numbers.reals(shape.count)
    let larger = MapShape(channels: shape.channels, height: shape.height * scale, width: shape.width * scale)
    var expected: [Float] = []
    for row in 0..<shape.channels * shape.height * scale {
      for x in 0..<shape.width * scale { expected.append(values[row / scale * shape.width + x / scale]) }
    }
    check(values, shape, expected, larger) { upsampleNearest($0, scale: scale, to: $1, pool: $2) }
  }

  @Test(arguments: shapes, [(1, 1), (2, 3), (7, 5), (9, 40), (26, 32), (13, 16)])
  func takesTheElementsItsRuleNames(_ shape: MapShape, _ extent: (height: Int, width: Int)) {
    var numbers = TestNumbers(seed: extent.width)
    let values = numbers.reals(shape.count)
    func source(_ i: Int, _ inputExtent: Int, _ outputExtent: Int) -> Int {
      min(Int(Float(i) * (Float(inputExtent) / Float(outputExtent))), inputExtent - 1)
    }
    var expected: [Float] = []
    for c in 0..<shape.channels {
      for y in 0..<extent.height {
        for x in 0..<extent.width {
          let row = c * shape.height + source(y, shape.height, extent.height)
          expected.append(values[row * shape.width + source(x, shape.width, extent.width)])
        }
      }
    }
    let resized = MapShape(channels: shape.channels, height: extent.height, width: extent.width)
    check(values, shape, expected, resized) { resizeNearest($0, to: $1, pool: $2) }
  }

  /// Worked out in NumPy's float32.
  @Test(arguments: [
    (3, [0, 0, 0, 1, 1, 2, 2]), (7, [0, 2, 4]), (5, [0, 0, 1, 1, 2, 3, 3, 4]), (4, [0, 1, 2, 3]),
    (20, [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18]),
  ])
  func takesTheseColumns(_ width: Int, _ columns: [Int]) {
    let input = TestMap(MapShape(channels: 1, height: 1, width: width), .dense, (0..<width).map(Float.init))
    let output = TestMap(MapShape(channels: 1, height: 1, width: columns.count), .padded)
    input.lend { resizeNearest($0, to: output.map, pool: threadPools[0]) }
    #expect(output.values == columns.map(Float.init))
  }

  @Test(arguments: shapes, [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (3, 1, 2, 5)])
  func surroundsWithZeros(_ shape: MapShape, _ margins: (left: Int, right: Int, top: Int, bottom: Int)) {
    var numbers = TestNumbers(seed: shape.count)
    let values = numbers.reals(shape.count)
    let larger = MapShape(
      channels: shape.channels, height: margins.top + shape.height + margins.bottom,
      width: margins.left + shape.width + margins.right)
    var expected = [Float](repeating: 0, count: larger.count)
    for c in 0..<shape.channels {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          expected[(c * larger.height + y + margins.top) * larger.width + x + margins.left] =
            values[(c * shape.height + y) * shape.width + x]
        }
      }
    }
    check(values, shape, expected, larger) { zeroPad($0, left: margins.left, top: margins.top, to: $1, pool: $2) }
  }

  @Test(arguments: shapes)
  func copies(_ shape: MapShape) {
    let values = (0..<shape.count).map(Float.init)
    check(values, shape, values, shape) { copy($0, to: $1, pool: $2) }
  }
}

/// Runs what moves numbers about, with maps laid out in every way.
func check(
  _ values: [Float], _ shape: MapShape, _ expected: [Float], _ outputShape: MapShape,
  _ run: (FeatureMap, FeatureMap, ThreadPool) -> Void
) {
  for (from, pool) in zip(MapLayout.allCases, threadPools) {
    for to in MapLayout.allCases {
      let output = TestMap(outputShape, to)
      TestMap(shape, from, values).lend { run($0, output.map, pool) }
      #expect(output.surroundingsAreIntact, "from \(from) to \(to)")
      #expect(output.values == expected, "from \(from) to \(to)")
    }
  }
}
