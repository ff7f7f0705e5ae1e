import Testing

@testable import Kernels

@Suite struct ResizingTests {
  static let shapes = [(1, 1, 1), (3, 1, 9), (2, 5, 1), (5, 3, 8), (2, 4, 17), (65, 13, 16)].map {
    MapShape(channels: $0.0, height: $0.1, width: $0.2)
  }

  @Test(arguments: shapes, [1, 2, 3, 4])
  func repeatsElements(_ shape: MapShape, _ scale: Int) {
    var numbers = TestNumbers(seed: scale)
    let input = numbers.reals(shape.count)
    let output = GuardedBuffer(count: shape.count * scale * scale)
    withFencedInput(input) {
      upsampleNearest(
        input: $0, shape: shape, scale: scale, output: output.pointer,
        pool: ThreadPool(threads: 2))
    }
    var expected: [Float] = []
    for row in 0..<shape.channels * shape.height * scale {
      for x in 0..<shape.width * scale { expected.append(input[row / scale * shape.width + x / scale]) }
    }
    #expect(output.marginsAreIntact)
    #expect(output.values == expected)
  }

  @Test(arguments: shapes, [(1, 1), (2, 3), (7, 5), (9, 40), (26, 32), (13, 16)])
  func takesTheElementsItsRuleNames(_ shape: MapShape, _ extent: (height: Int, width: Int)) {
    var numbers = TestNumbers(seed: extent.width)
    let input = numbers.reals(shape.count)
    let output = GuardedBuffer(count: shape.channels * extent.height * extent.width)
    withFencedInput(input) {
      resizeNearest(
        input: $0, shape: shape, outputHeight: extent.height, outputWidth: extent.width,
        output: output.pointer, pool: ThreadPool(threads: 2))
    }
    func source(_ i: Int, _ inputExtent: Int, _ outputExtent: Int) -> Int {
      min(Int(Float(i) * (Float(inputExtent) / Float(outputExtent))), inputExtent - 1)
    }
    var expected: [Float] = []
    for c in 0..<shape.channels {
      for y in 0..<extent.height {
        for x in 0..<extent.width {
          let row = c * shape.height + source(y, shape.height, extent.height)
          expected.append(input[row * shape.width + source(x, shape.width, extent.width)])
        }
      }
    }
    #expect(output.marginsAreIntact)
    #expect(output.values == expected)
  }

  /// Worked out in NumPy's float32.
  @Test(arguments: [
    (3, [0, 0, 0, 1, 1, 2, 2]), (7, [0, 2, 4]), (5, [0, 0, 1, 1, 2, 3, 3, 4]), (4, [0, 1, 2, 3]),
    (20, [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18]),
  ])
  func takesTheseColumns(_ width: Int, _ columns: [Int]) {
    var output = [Float](repeating: .nan, count: columns.count)
    resizeNearest(
      input: (0..<width).map(Float.init), shape: MapShape(channels: 1, height: 1, width: width), outputHeight: 1,
      outputWidth: columns.count, output: &output, pool: ThreadPool(threads: 1))
    #expect(output == columns.map(Float.init))
  }

  @Test(arguments: shapes, [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (3, 1, 2, 5)])
  func surroundsWithZeros(_ shape: MapShape, _ margins: (left: Int, right: Int, top: Int, bottom: Int)) {
    var numbers = TestNumbers(seed: shape.count)
    let input = numbers.reals(shape.count)
    let height = margins.top + shape.height + margins.bottom
    let width = margins.left + shape.width + margins.right
    let output = GuardedBuffer(count: shape.channels * height * width)
    withFencedInput(input) {
      zeroPad(
        input: $0, shape: shape, left: margins.left, right: margins.right, top: margins.top,
        bottom: margins.bottom, output: output.pointer, pool: ThreadPool(threads: 2))
    }
    var expected = [Float](repeating: 0, count: shape.channels * height * width)
    for c in 0..<shape.channels {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          expected[(c * height + y + margins.top) * width + x + margins.left] =
            input[(c * shape.height + y) * shape.width + x]
        }
      }
    }
    #expect(output.marginsAreIntact)
    #expect(output.values == expected)
  }
}
