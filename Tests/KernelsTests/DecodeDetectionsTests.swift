import Glibc
import Testing

@testable import Kernels

struct DetectionCase: CustomTestStringConvertible, Sendable {
  let extents: [[Int]], bins: Int, classes: Int, threads: Int
  var testDescription: String { "\(extents), \(bins) bins, \(classes) classes, \(threads) threads" }
}

@Suite struct DecodeDetectionsTests {
  @Test(arguments: [
    DetectionCase(extents: [[1, 1]], bins: 1, classes: 1, threads: 1),
    DetectionCase(extents: [[3, 3]], bins: 16, classes: 0, threads: 1),
    DetectionCase(extents: [[4, 2], [2, 1]], bins: 16, classes: 3, threads: 2),
    DetectionCase(extents: [[7, 5], [4, 3], [2, 2]], bins: 5, classes: 80, threads: 3),
    DetectionCase(extents: [[20, 28], [10, 14], [5, 7]], bins: 16, classes: 20, threads: 2),
  ])
  func agreesWithDoublePrecision(_ detection: DetectionCase) {
    let (bins, classes) = (detection.bins, detection.classes)
    var numbers = TestNumbers(seed: bins)
    let maps = detection.extents.map { numbers.reals((4 * bins + classes) * $0[0] * $0[1], range: 9) }
    let projection = (0..<bins).map { Float($0) * 0.75 + 0.25 }
    let anchors = detection.extents.reduce(0) { $0 + $1[0] * $1[1] }
    let output = GuardedBuffer(count: (4 + classes) * anchors)
    let levels = withFencedInputs(maps + [projection]) { pointers in
      let levels = detection.extents.indices.map { i in
        DetectionLevel(
          map: pointers[i], height: detection.extents[i][0], width: detection.extents[i][1],
          strideY: Float(8 << i), strideX: Float(8 << i) * 1.25)
      }
      decodeDetections(
        levels: levels, bins: bins, classes: classes, projection: pointers[maps.count], output: output.pointer,
        pool: ThreadPool(threads: detection.threads))
      return levels
    }
    #expect(output.marginsAreIntact)

    let values = output.values
    var anchor = 0
    for (level, map) in zip(levels, maps) {
      let cells = level.height * level.width
      for cell in 0..<cells {
        let (y, x) = (Double(cell / level.width) + 0.5, Double(cell % level.width) + 0.5)
        let sides = (0..<4).map { side in
          distance((0..<bins).map { Double(map[(side * bins + $0) * cells + cell]) }, projection)
        }
        let (scaleX, scaleY) = (Double(level.strideX), Double(level.strideY))
        let box = [
          (x - sides[0] + x + sides[2]) / 2 * scaleX, (y - sides[1] + y + sides[3]) / 2 * scaleY,
          (sides[2] + sides[0]) * scaleX, (sides[3] + sides[1]) * scaleY,
        ]
        // Each distance carries a weighted mean's roundings, √bins of them, an exponential's error and a division's;
        // a sum of positions adds a rounding at the size of the largest of them.
        let largest = max(x, y, sides.max() ?? 0) + Double(projection[bins - 1])
        let bound = 2 * (Double(bins).squareRoot() + 4) * unitRoundoff * largest * max(scaleX, scaleY)
        for row in 0..<4 {
          let value = Double(values[row * anchors + anchor])
          #expect(abs(value - box[row]) <= bound, "box row \(row) of anchor \(anchor): \(value), not \(box[row])")
        }
        for c in 0..<classes {
          let exact = 1 / (1 + exp(-Double(map[(4 * bins + c) * cells + cell])))
          let value = Double(values[(4 + c) * anchors + anchor])
          #expect(abs(value - exact) <= 6 * unitRoundoff * exact, "class \(c) of anchor \(anchor)")
        }
        anchor += 1
      }
    }
  }

  /// Logits far apart must neither overflow nor disturb each other: the softmax is then one-hot.
  @Test func standsLargeLogits() {
    let logits: [Float] = [0, 1e4, -1e4, -1e4, 3e38, -3e38, 5, 200, 500]
    var output = [Float](repeating: .nan, count: 5)
    withFencedInput(logits) {
      decodeDetections(
        levels: [DetectionLevel(map: $0, height: 1, width: 1, strideY: 2, strideX: 4)], bins: 2, classes: 1,
        projection: [1, 3], output: &output, pool: ThreadPool(threads: 1))
    }
    // Distances: left 3, top 2, right 1, bottom 3, from the cell's centre (0.5, 0.5).
    #expect(output == [-2, 2, 16, 10, 1])
  }

  private func distance(_ logits: [Double], _ projection: [Float]) -> Double {
    let largest = logits.max() ?? 0
    let weights = logits.map { exp($0 - largest) }
    return zip(weights, projection).reduce(0) { $0 + $1.0 * Double($1.1) } / weights.reduce(0, +)
  }
}
