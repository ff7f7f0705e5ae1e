import KernelInterface
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
        input: MapShape(channels: 1, height: 5, width: 5), outputChannels: 1, kernelHeight: 5, kernelWidth: 5)
      let layout = GEMMLayout(geometry, .winograd4, inputs: [1], isDense: false)
      _ = Convolution(.winograd4, geometry, layout, microkernels: InstructionSet.baseline.microkernels, threads: 1)
    }
  }

  @Test func refusesInputsThatDoNotMakeUpTheChannels() async {
    await #expect(processExitsWith: .failure) {
      let geometry = ConvolutionGeometry(
        input: MapShape(channels: 8, height: 4, width: 4), outputChannels: 8, kernelHeight: 1, kernelWidth: 1)
      _ = GEMMLayout(geometry, .gemm, inputs: [4, 3], isDense: false)
    }
  }

  @Test func refusesJoinedInputsInGroups() async {
    await #expect(processExitsWith: .failure) {
      let geometry = ConvolutionGeometry(
        input: MapShape(channels: 8, height: 4, width: 4), outputChannels: 8, kernelHeight: 1, kernelWidth: 1,
        groups: 2)
      _ = GEMMLayout(geometry, .gemm, inputs: [4, 4], isDense: false)
    }
  }

  @Test func refusesPixelsThatDoNotFitTheirStride() async {
    await #expect(processExitsWith: .failure) {
      let buffer = GuardedBuffer(count: 64)
      _ = FeatureMap(start: buffer.pointer, shape: MapShape(channels: 5, height: 2, width: 2), pixelStride: 16)
    }
  }

  @Test func refusesChannelsThatAMapDoesNotHave() async {
    await #expect(processExitsWith: .failure) {
      _ = TestMap(MapShape(channels: 5, height: 2, width: 2), .padded).map.channels(3..<6)
    }
  }

  @Test func refusesTermsOfAnotherShape() async {
    await #expect(processExitsWith: .failure) {
      let maps = [(3, 2), (3, 3)].map { TestMap(MapShape(channels: 5, height: $0.0, width: $0.1), .padded) }
      add(
        maps.map(\.map), to: maps[0].map, microkernels: InstructionSet.baseline.microkernels,
        pool: ThreadPool(threads: 1))
    }
  }

  @Test func refusesHalfOfAPlaceInBF16() async {
    await #expect(processExitsWith: .failure) {
      _ = TestMap(MapShape(channels: 6, height: 2, width: 2), .padded, elementType: .bf16).map.channels(3..<6)
    }
  }

  @Test func refusesToRoundWhatItMoves() async {
    await #expect(processExitsWith: .failure) {
      let shape = MapShape(channels: 6, height: 2, width: 2)
      let (input, output) = (TestMap(shape, .padded), TestMap(shape, .padded, elementType: .bf16))
      copy(input.map, to: output.map, pool: ThreadPool(threads: 1))
    }
  }

  @Test func refusesABlockThatDoesNotDivideTheMap() async {
    await #expect(processExitsWith: .failure) {
      let map = TestMap(MapShape(channels: 1, height: 3, width: 4), .dense).map
      spaceToDepth(map, block: 2, order: .rowsFirst, to: map, pool: ThreadPool(threads: 1))
    }
  }
}
