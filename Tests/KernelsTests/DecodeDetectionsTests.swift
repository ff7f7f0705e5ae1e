import Glibc
import KernelInterface
import Testing

@testable import Kernels

struct DetectionCase: CustomTestStringConvertible, Sendable {
  let extents: [[Int]], bins: Int, classes: Int
  var testDescription: String { "\(extents), \(bins) bins, \(classes) classes" }
}

@Suite struct DecodeDetectionsTests {
  @Test(arguments: [
    DetectionCase(extents: [[1, 1]], bins: 1, classes: 1),
    DetectionCase(extents: [[3, 3]], bins: 16, classes: 0),
    DetectionCase(extents: [[4, 2], [2, 1]], bins: 16, classes: 3),
    DetectionCase(extents: [[7, 5], [4, 3], [2, 2]], bins: 5, classes: 80),
    DetectionCase(extents: [[20, 28], [10, 14], [5, 7]], bins: 16, classes: 20),
  ])
  func agreesWithDoublePrecision(_ detection: DetectionCase) {
    let (bins, classes) = (detection.bins, detection.classes)
    var numbers = TestNumbers(seed: bins)
    let shapes = detection.extents.map { MapShape(channels: 4 * bins + classes, height: $0[0], width: $0[1]) }
    let maps = shapes.map { numbers.reals($0.count, range: 9) }
    let projection = (0..<bins).map { Float($0) * 0.75 + 0.25 }
    let strides = shapes.indices.map { Float(8 << $0) * 1.25 }
    let expected = Self.reference(shapes, maps, strides, projection, bins: bins, classes: classes)
    for (set, layout, pool) in surroundings {
      let output = GuardedBuffer(count: expected.count)
      let levels = zip(shapes, maps).map { TestMap($0, layout, $1) }
      withFencedInput(projection) { projection in
        withExtendedLifetime(levels) {
          decodeDetections(
            levels: levels.map(\.map), strides: strides, bins: bins, classes: classes, projection: projection,
            output: output.pointer, microkernels: set.microkernels, pool: pool)
        }
      }
      #expect(output.marginsAreIntact)
      for (place, (value, exact)) in zip(output.values, expected).enumerated() {
        #expect(abs(Double(value) - exact.value) <= exact.bound, "place \(place): \(value) with \(set)")
      }
    }
  }

  /// What comes out in double precision, (4 + classes, anchors), and how far single precision may be from it.
  private static func reference(
    _ shapes: [MapShape], _ maps: [[Float]], _ strides: [Float], _ projection: [Float], bins: Int, classes: Int
  ) -> [(value: Double, bound: Double)] {
    let anchors = shapes.reduce(0) { $0 + $1.planeCount }
    var result = [(value: Double, bound: Double)](repeating: (0, 0), count: (4 + classes) * anchors)
    var anchor = 0
    for (level, (shape, map)) in zip(shapes, maps).enumerated() {
      let (cells, scale) = (shape.planeCount, Double(strides[level]))
      for cell in 0..<cells {
        let (y, x) = (Double(cell / shape.width) + 0.5, Double(cell % shape.width) + 0.5)
        let sides = (0..<4).map { side in
          distance((0..<bins).map { Double(map[(side * bins + $0) * cells + cell]) }, projection)
        }
        let box = [
          (x - sides[0] + x + sides[2]) / 2 * scale, (y - sides[1] + y + sides[3]) / 2 * scale,
          (sides[2] + sides[0]) * scale, (sides[3] + sides[1]) * scale,
        ]
        // Each distance carries a weighted mean's roundings, √bins of them, an exponential's error and a division's;
        // a sum of positions adds a rounding at the size of the largest of them.
        let largest = max(x, y, sides.max() ?? 0) + Double(projection[bins - 1])
        let bound = 2 * (Double(bins).squareRoot() + 4) * unitRoundoff * largest * scale
        for row in 0..<4 { result[row * anchors + anchor] = (box[row], bound) }
        for c in 0..<classes {
          let exact = 1 / (1 + exp(-Double(map[(4 * bins + c) * cells + cell])))
          result[(4 + c) * anchors + anchor] = (exact, 6 * unitRoundoff * exact)
        }
        anchor += 1
      }
    }
    return result
  }

  /// Logits far apart must neither overflow nor disturb each other: the softmax is then one-hot.
  @Test(arguments: InstructionSet.available)
  func standsLargeLogits(_ set: InstructionSet) {
    let logits: [Float] = [0, 1e4, -1e4, -1e4, 3e38, -3e38, 5, 200, 500]
    let output = GuardedBuffer(count: 5)
    let level = TestMap(MapShape(channels: 9, height: 1, width: 1), .view, logits)
    level.lend {
      decodeDetections(
        levels: [$0], strides: [2], bins: 2, classes: 1, projection: [1, 3], output: output.pointer,
        microkernels: set.microkernels, pool: threadPools[0])
    }
    // Distances: left 3, top 2, right 1, bottom 3, from the cell's centre (0.5, 0.5).
    #expect(output.values == [-1, 2, 8, 10, 1])
  }

  private static func distance(_ logits: [Double], _ projection: [Float]) -> Double {
    let largest = logits.max() ?? 0
    let weights = logits.map { exp($0 - largest) }
    return zip(weights, projection).reduce(0) { $0 + $1.0 * Double($1.1) } / weights.reduce(0, +)
  }
}
