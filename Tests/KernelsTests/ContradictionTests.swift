import Testing

@testable import Kernels

/// A contradictory geometry is a programmer's error and must end the process, in optimised builds as well.
@Suite struct ContradictionTests {
  @Test func refusesGroupsThatDoNotDivideTheChannels() async {
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(
        input: MapShape(channels: 6, height: 4, width: 4), outputChannels: 8, kernelHeight: 1, kernelWidth: 1,
        groups: 4)
    }
  }

  @Test func refusesAWindowLargerThanThePaddedMap() async {
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(
        input: MapShape(channels: 1, height: 4, width: 2), outputChannels: 1, kernelHeight: 3, kernelWidth: 3)
    }
  }

  @Test func refusesAnEmptyMap() async {
    await #expect(processExitsWith: .failure) { _ = MapShape(channels: 1, height: 0, width: 4) }
  }

  @Test func refusesAPoolingWindowThatMayLieInThePadding() async {
    await #expect(processExitsWith: .failure) {
      _ = PoolingGeometry(input: MapShape(channels: 1, height: 4, width: 4), kernel: 3, stride: 1, padding: 2)
    }
  }

  @Test func refusesAKernelThatDoesNotSupportTheGeometry() async {
    await #expect(processExitsWith: .failure) {
      let geometry = ConvolutionGeometry(
        input: MapShape(channels: 1, height: 3, width: 3), outputChannels: 1, kernelHeight: 3, kernelWidth: 3)
      let buffer = GuardedBuffer(count: 16)
      convolution(
        .pointwiseGEMM, geometry, input: buffer.pointer, weight: buffer.pointer, bias: nil, activation: .identity,
        output: buffer.pointer, scratch: buffer.pointer, pool: ThreadPool(threads: 1))
    }
  }

  @Test func refusesABlockThatDoesNotDivideTheMap() async {
    await #expect(processExitsWith: .failure) {
      let buffer = GuardedBuffer(count: 16)
      spaceToDepth(
        input: buffer.pointer, shape: MapShape(channels: 1, height: 3, width: 4), block: 2, order: .rowsFirst,
        output: buffer.pointer, pool: ThreadPool(threads: 1))
    }
  }
}
