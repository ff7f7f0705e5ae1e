import KernelInterface
import Testing

@testable import Kernels

struct PoolingWindow: CustomTestStringConvertible, Sendable {
  let kernel: Int, stride: Int, padding: Int
  var testDescription: String { "\(kernel)/\(stride)+\(padding)" }
}

@Suite struct PoolingTests {
  static let windows = [
    (1, 1, 0), (2, 1, 0), (2, 2, 0), (2, 2, 1), (3, 1, 1), (3, 2, 1), (3, 3, 0), (5, 1, 2), (5, 2, 2), (4, 3, 2),
    (9, 1, 4), (13, 1, 6), (2, 5, 0),
  ].map { PoolingWindow(kernel: $0.0, stride: $0.1, padding: $0.2) }

  static let extents = [(1, 1), (1, 9), (5, 1), (2, 7), (3, 8), (4, 17), (9, 16), (20, 20), (6, 33), (13, 40)]
  static let channels = [3, 16, 15, 29]

  @Test(arguments: windows)
  func takesMaximaAndAverages(_ window: PoolingWindow) {
    var numbers = TestNumbers(seed: window.kernel)
    var combination = 0
    for (height, width) in Self.extents {
      guard min(height, width) + 2 * window.padding >= window.kernel else { continue }
      combination += 1
      let geometry = PoolingGeometry(
        input: MapShape(channels: Self.channels[combination % 4], height: height, width: width),
        kernel: window.kernel, stride: window.stride, padding: window.padding)
      var values = numbers.reals(geometry.input.count)
      values[0] = -.infinity
      let area = Float(window.kernel * window.kernel)
      let maxima = reference(geometry, values) { largest($0) }
      let averages = reference(geometry, values) { $0.reduce(0, +) / area }
      for (number, set) in InstructionSet.available.enumerated() {
        let layout = MapLayout.allCases[(combination + number) % 3]
        let pool = threadPools[(combination + number / 2) % 3]
        let input = TestMap(geometry.input, layout, values)
        for (kind, expected) in [(PoolingRow.Kind.maximum, maxima), (.average, averages)] {
          let output = TestMap(geometry.output, layout)
          input.lend { Kernels.pool(kind, $0, geometry, to: output.map, microkernels: set.microkernels, pool: pool) }
          #expect(output.surroundingsAreIntact)
          #expect(identical(output.values, expected), "\(kind) with \(set), \(geometry)")
        }
      }
    }
    #expect(combination > 0)
  }

  /// A NaN at each place in turn reaches exactly the windows that contain it.
  @Test(arguments: [PoolingWindow(kernel: 5, stride: 1, padding: 2), PoolingWindow(kernel: 3, stride: 2, padding: 1)])
  func letsNaNThrough(_ window: PoolingWindow) {
    let geometry = PoolingGeometry(
      input: MapShape(channels: 2, height: 7, width: 11), kernel: window.kernel, stride: window.stride,
      padding: window.padding)
    for place in 0..<geometry.input.count {
      var numbers = TestNumbers(seed: place)
      var values = numbers.reals(geometry.input.count)
      values[place] = .nan
      let expected = reference(geometry, values) { largest($0) }
      for set in InstructionSet.available {
        let maxima = TestMap(geometry.output, .padded)
        TestMap(geometry.input, .view, values).lend {
          Kernels.pool(.maximum, $0, geometry, to: maxima.map, microkernels: set.microkernels, pool: threadPools[0])
        }
        #expect(identical(maxima.values, expected), "NaN at \(place), \(set)")
      }
    }
  }

  private func largest(_ window: [Float]) -> Float {
    window.first(where: \.isNaN) ?? window.max() ?? .nan
  }

  /// Hands each window's elements, without the padding, to `reduce`.
  private func reference(_ g: PoolingGeometry, _ input: [Float], _ reduce: ([Float]) -> Float) -> [Float] {
    var result: [Float] = []
    let height = (g.input.height + 2 * g.padding - g.kernel) / g.stride + 1
    let width = (g.input.width + 2 * g.padding - g.kernel) / g.stride + 1
    for c in 0..<g.input.channels {
      for y in 0..<height {
        for x in 0..<width {
          var window: [Float] = []
          for sourceY in y * g.stride - g.padding..<y * g.stride - g.padding + g.kernel {
            for sourceX in x * g.stride - g.padding..<x * g.stride - g.padding + g.kernel {
              if sourceY >= 0 && sourceY < g.input.height && sourceX >= 0 && sourceX < g.input.width {
                window.append(input[(c * g.input.height + sourceY) * g.input.width + sourceX])
              }
            }
          }
          result.append(reduce(window))
        }
      }
    }
    return result
  }
}
