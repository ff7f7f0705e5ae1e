import Testing

@testable import Kernels

@Suite struct ArithmeticTests {
  @Test(arguments: [1, 2, 3, 4], [1, 7, 16, 17, 2049, 40_001])
  func addsFromFirstToLast(_ inputCount: Int, _ count: Int) {
    var numbers = TestNumbers(seed: inputCount)
    let inputs = (0..<inputCount).map { _ in numbers.reals(count) }
    for activation in [ActivationFunction.identity, .relu] {
      let expected = (0..<count).map { i in
        let sum = inputs.dropFirst().reduce(inputs[0][i]) { $0 + $1[i] }
        return activation == .relu ? max(sum, 0) : sum
      }
      let output = GuardedBuffer(count: count)
      withFencedInputs(inputs) {
        add(inputs: $0, count: count, activation: activation, output: output.pointer, pool: ThreadPool(threads: 2))
      }
      #expect(output.marginsAreIntact)
      #expect(output.values == expected)
      // The last input's memory may also be the output's.
      output.pointer.update(from: inputs[inputCount - 1], count: count)
      withFencedInputs(inputs.dropLast()) {
        add(
          inputs: $0 + [UnsafePointer(output.pointer)], count: count, activation: activation,
          output: output.pointer, pool: ThreadPool(threads: 3))
      }
      #expect(output.values == expected)
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 1, 7), (5, 4, 4), (70, 11, 13)], [0, 1, 2, 3])
  func scalesAndShiftsChannels(_ extent: (channels: Int, height: Int, width: Int), _ parts: Int) {
    let shape = MapShape(channels: extent.channels, height: extent.height, width: extent.width)
    var numbers = TestNumbers(seed: parts)
    let input = numbers.reals(shape.count)
    let scale = parts & 1 == 0 ? nil : numbers.reals(shape.channels)
    let shift = parts & 2 == 0 ? nil : numbers.reals(shape.channels)
    let output = GuardedBuffer(count: shape.count)
    withFencedInputs([input, scale ?? [], shift ?? []]) {
      channelAffine(
        input: $0[0], shape: shape, scale: scale == nil ? nil : $0[1], shift: shift == nil ? nil : $0[2],
        output: output.pointer, pool: ThreadPool(threads: 2))
    }
    let expected = input.enumerated().map { i, value in
      let c = i / (shape.height * shape.width)
      let scaled = scale.map { value * $0[c] } ?? value
      return shift.map { scaled + $0[c] } ?? scaled
    }
    #expect(output.marginsAreIntact)
    #expect(output.values == expected)
  }
}
