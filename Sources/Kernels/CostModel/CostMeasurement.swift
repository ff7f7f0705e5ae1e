import Elements
import KernelInterface

/// The time of one convolution by one kernel on one thread.
package struct CostSample: Sendable {
  package let kernel: ConvolutionKernel
  package let geometry: ConvolutionGeometry
  package let seconds: Double

  package var counts: CostCounts { CostCounts(kernel, geometry) }

  package init(kernel: ConvolutionKernel, geometry: ConvolutionGeometry, seconds: Double) {
    self.kernel = kernel
    self.geometry = geometry
    self.seconds = seconds
  }
}

extension CostSample {
  /// The convolutions that are measured: those of networks with few channels on large maps and with many on small ones.
  package static let geometries: [ConvolutionGeometry] = {
    let sizes: [(channels: Int, outputs: Int, side: Int)] = [
      (16, 16, 80), (32, 32, 80), (64, 32, 80), (48, 96, 40), (64, 64, 40), (128, 128, 40), (128, 64, 20),
      (256, 128, 20), (256, 256, 20),
    ]
    return sizes.flatMap { size in
      [(kernel: 1, stride: 1), (3, 1), (3, 2)].map { window in
        ConvolutionGeometry(
          input: MapShape(channels: size.channels, height: size.side, width: size.side),
          outputChannels: size.outputs, kernelHeight: window.kernel, kernelWidth: window.kernel, stride: window.stride,
          verticalPadding: window.kernel / 2, horizontalPadding: window.kernel / 2)
      }
    }
  }()

  /// The kernels that can be chosen for a geometry with these instructions: operands in fp32.
  package static func kernels(for geometry: ConvolutionGeometry, _ instructions: InstructionSet) -> [ConvolutionKernel]
  {
    ConvolutionKernel.all.filter { kernel in
      kernel.algorithm != .depthwise && kernel.supports(geometry) && kernel.elementType == .fp32
        && (!kernel.isPaired || instructions.microkernels.hasSeparateAddPipe)
    }
  }

  /// Measures every kernel on every geometry, on one thread.
  ///
  /// As in a network, the input lies in the caches and the weights come from memory: between runs other memory is read.
  ///
  /// - Parameter progress: is told how many of how many samples are done.
  /// - Returns: `nil` if there is no memory for the largest convolution.
  package static func measure(
    _ instructions: InstructionSet, progress: (_ done: Int, _ total: Int) -> Void
  ) -> [CostSample]? {
    let jobs = geometries.flatMap { geometry in kernels(for: geometry, instructions).map { (geometry, $0) } }
    let pool = ThreadPool(threads: 1)
    let eviction = Eviction()
    var samples: [CostSample] = []
    for (geometry, kernel) in jobs {
      progress(samples.count, jobs.count)
      guard let bench = ConvolutionBench(kernel, geometry, instructions, pool) else { return nil }
      samples.append(CostSample(kernel: kernel, geometry: geometry, seconds: bench.seconds(eviction)))
    }
    progress(jobs.count, jobs.count)
    return samples
  }
}

/// Memory larger than the nearer caches, which is read to evict what they hold.
private final class Eviction {
  private let words = [UInt64](repeating: 1, count: 4 << 20)

  func run() -> UInt64 {
    var sum: UInt64 = 0
    for index in stride(from: 0, to: words.count, by: 8) { sum &+= words[index] }
    return sum
  }
}

/// One convolution with memory of its own.
private final class ConvolutionBench {
  private let convolution: Convolution
  private let operands: ConvolutionOperands
  private let input: UnsafeMutableRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private let scratch: UnsafeMutableRawBufferPointer
  private let pool: ThreadPool

  init?(
    _ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry, _ instructions: InstructionSet, _ pool: ThreadPool
  ) {
    let layout = GEMMLayout(geometry, kernel, inputs: [geometry.inputChannels], isDense: false)
    let weight = [Float](repeating: 0.01, count: geometry.weightCount)
    let bias = [Float](repeating: 0, count: geometry.outputChannels)
    let packed = weight.withUnsafeBufferPointer { weight in
      bias.withUnsafeBufferPointer { bias -> PackedWeights? in
        guard let weight = weight.baseAddress, let bias = bias.baseAddress else { return nil }
        return PackedWeights(
          kernel, layout, weight: weight, bias: bias, in: WeightMemory(), microkernels: instructions.microkernels,
          pool: pool)
      }
    }
    guard let packed else { return nil }
    self.pool = pool
    convolution = Convolution(kernel, geometry, layout, microkernels: instructions.microkernels, threads: pool.threads)
    input = Self.allocate(geometry.inputShape)
    output = Self.allocate(geometry.outputShape)
    scratch = .allocate(byteCount: max(64, convolution.scratchByteCount), alignment: BufferLayout.alignment)
    operands = ConvolutionOperands(
      inputs: [Self.map(geometry.inputShape, input)], weights: packed, activation: .silu,
      output: Self.map(geometry.outputShape, output))
  }

  deinit {
    input.deallocate()
    output.deallocate()
    scratch.deallocate()
  }

  private static func allocate(_ shape: MapShape) -> UnsafeMutableRawBufferPointer {
    let stride = BufferLayout.pixelStride(channels: shape.channels, .fp32)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: shape.planeCount * stride + BufferLayout.overRead, alignment: BufferLayout.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    return memory
  }

  private static func map(_ shape: MapShape, _ memory: UnsafeMutableRawBufferPointer) -> FeatureMap {
    guard let start = memory.baseAddress else { preconditionFailure("A feature map has at least one byte.") }
    return FeatureMap(
      start: start, shape: shape, pixelStride: BufferLayout.pixelStride(channels: shape.channels, .fp32))
  }

  /// The median of some runs, each with the weights out of the nearer caches and the input in them.
  func seconds(_ eviction: Eviction) -> Double {
    guard let scratch = scratch.baseAddress else { return 0 }
    let clock = ContinuousClock()
    convolution.run(operands, scratch: scratch, pool: pool)
    var sink: UInt64 = 0
    let times = (0..<7).map { _ in
      sink &+= eviction.run()
      for offset in stride(from: 0, to: input.count, by: 64) { sink &+= UInt64(input[offset]) }
      return clock.measure { convolution.run(operands, scratch: scratch, pool: pool) } / .seconds(1)
    }.sorted()
    // The sums are used, so that the reads are not optimised away.
    return sink == .max ? times[0] : times[times.count / 2]
  }
}
