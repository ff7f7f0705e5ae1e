import KernelInterface
import Testing

@testable import Kernels

@Suite struct ArithmeticTests {
  static let shapes = [(1, 1, 1), (7, 1, 3), (16, 5, 1), (15, 2, 5), (17, 2, 7), (30, 4, 19), (70, 41, 13)].map {
    MapShape(channels: $0.0, height: $0.1, width: $0.2)
  }

  @Test(arguments: [1, 2, 3, 4], shapes)
  func addsFromFirstToLast(_ inputCount: Int, _ shape: MapShape) {
    var numbers = TestNumbers(seed: inputCount)
    let values = (0..<inputCount).map { _ in numbers.reals(shape.count) }
    let expected = (0..<shape.count).map { i in values.dropFirst().reduce(values[0][i]) { $0 + $1[i] } }
    for (number, (set, layout, pool)) in surroundings.enumerated() {
      // Every input in a layout of its own.
      let inputs = values.enumerated().map { TestMap(shape, MapLayout.allCases[($0.offset + number) % 3], $0.element) }
      let output = TestMap(shape, layout)
      withExtendedLifetime(inputs) {
        add(inputs.map(\.map), to: output.map, microkernels: set.microkernels, pool: pool)
      }
      #expect(output.surroundingsAreIntact)
      #expect(output.values == expected)
      // The last input's memory may also be the output's.
      output.fill(values[inputCount - 1])
      withExtendedLifetime(inputs) {
        add(inputs.dropLast().map(\.map) + [output.map], to: output.map, microkernels: set.microkernels, pool: pool)
      }
      #expect(output.surroundingsAreIntact)
      #expect(output.values == expected)
    }
  }

  /// Terms of fewer rows and columns, each for two, four or eight of the sum's; every map in a layout of its own.
  @Test(arguments: [[1, 0], [0, 3, 1, 0], [3, 0, 0], [2, 2, 1, 0]], [1, 16, 30, 70])
  func addsSmallerMaps(_ shifts: [Int], _ channels: Int) {
    var numbers = TestNumbers(seed: channels)
    let (height, width) = (16, 40)
    let values = shifts.map { numbers.reals(channels * (height >> $0) * (width >> $0)) }
    var expected: [Float] = []
    for channel in 0..<channels {
      for y in 0..<height {
        for x in 0..<width {
          let terms = zip(values, shifts).map { (values: [Float], shift: Int) -> Float in
            values[(channel * (height >> shift) + y >> shift) * (width >> shift) + x >> shift]
          }
          expected.append(terms.dropFirst().reduce(terms[0], +))
        }
      }
    }
    for (number, (set, layout, pool)) in surroundings.enumerated() {
      let inputs = zip(values, shifts).enumerated().map { index, input in
        TestMap(
          MapShape(channels: channels, height: height >> input.1, width: width >> input.1),
          MapLayout.allCases[(index + number) % 3], input.0)
      }
      let output = TestMap(MapShape(channels: channels, height: height, width: width), layout)
      withExtendedLifetime(inputs) {
        add(inputs.map(\.map), to: output.map, microkernels: set.microkernels, pool: pool)
      }
      #expect(output.surroundingsAreIntact)
      #expect(output.values == expected, "\(set)")
    }
  }

  @Test(arguments: shapes, [0, 1, 2, 3])
  func scalesAndShiftsChannels(_ shape: MapShape, _ parts: Int) {
    var numbers = TestNumbers(seed: parts)
    let values = numbers.reals(shape.count)
    let scale = parts & 1 == 0 ? nil : numbers.reals(shape.channels)
    let shift = parts & 2 == 0 ? nil : numbers.reals(shape.channels)
    for (set, layout, pool) in surroundings {
      let input = TestMap(shape, layout, values)
      let output = TestMap(shape, layout)
      withFencedInputs([scale ?? [], shift ?? []]) { factors in
        input.lend {
          channelAffine(
            $0, scale: scale == nil ? nil : factors[0], shift: shift == nil ? nil : factors[1], to: output.map,
            microkernels: set.microkernels, pool: pool)
        }
      }
      #expect(output.surroundingsAreIntact)
      for (i, (value, result)) in zip(values, output.values).enumerated() {
        let c = i / shape.planeCount
        let scaled = scale.map { value * $0[c] } ?? value
        #expect(result == shift.map { scaled + $0[c] } ?? scaled)
      }
    }
  }
}
