import Elements
import KernelInterface
import Kernels
import ModelIR

/// A plan opened at one input size, with the memory to run it.
///
/// A session runs any number of images at a time, one after another in the memory of one. A larger batch pays on other
/// devices because weights are read once for many images; here one large feature map reuses them enough, and the feature
/// maps of further images would only evict those of the first from the caches.
///
/// Not for use by several threads at once; sessions of one plan share its weights.
package final class Session {
  package let plan: Plan
  /// The input size in pixels.
  package let height: Int
  package let width: Int
  /// The images of a run.
  package let batch: Int
  /// What every step is lowered to.
  package let lowered: LoweredPlan
  /// The steps in order, with the kernels that run them.
  package let steps: [PreparedStep]

  private let weights: Weights
  /// The buffers, and after them the scratch memory of kernels.
  private let arena: AlignedMemory
  /// The inputs of all images, then each output of all images, in NCHW.
  private let tensors: AlignedMemory
  private let pool: ThreadPool
  private let microkernels: Microkernels
  private let inputMap: FeatureMap
  /// By output; `nil` for predictions, which are in NCHW already.
  private let outputMaps: [FeatureMap?]

  /// - Parameters:
  ///   - height: a multiple of what the plan's input contract names, in pixels; the plan's own size by default
  ///   - batch: how many images a run takes, at least 1
  ///   - threads: how many threads a run may use
  ///   - instructions: the microkernels to use; the best that the processor has by default
  ///   - precision: the narrowest type that feature maps and the operands of convolutions may be rounded to
  package init(
    _ model: LoadedPlan, height: Int? = nil, width: Int? = nil, batch: Int = 1, threads: Int,
    instructions: InstructionSet = .best, precision: ElementType = .fp32
  ) throws(ModelError) {
    guard batch >= 1 else { throw ModelError("a session runs at least one image, not \(batch)") }
    let sized = try SizedPlan(model.plan, height: height, width: width)
    pool = ThreadPool(threads: threads)
    let target = try LoweringTarget(instructions: instructions, precision: precision, threads: pool.threads)
    let lowered = lower(sized, for: target)
    arena = try AlignedMemory(
      byteCount: lowered.byteCount, for: "the buffers of an input of \(sized.height)x\(sized.width)")
    tensors = try AlignedMemory(
      byteCount: saturatingProduct(batch, saturatingSum(lowered.tensorByteCounts)),
      for: "the tensors of \(batch) image\(batch == 1 ? "" : "s")")
    let binding = StepBinding(
      lowered: lowered, arena: arena.start,
      outputs: batch == 1 ? lowered.outputsInPlace(tensors.start) : [:], weights: model.weights,
      microkernels: instructions.microkernels, pool: pool)
    steps = try prepareSteps(binding)
    plan = model.plan
    (self.height, self.width, self.batch) = (sized.height, sized.width, batch)
    self.lowered = lowered
    weights = model.weights
    microkernels = binding.microkernels
    inputMap = binding.map(plan.input.view)
    outputMaps = plan.outputs.map { binding.isMap($0.view) ? binding.map($0.view) : nil }
  }

  /// The shape of one image, (channels, height, width).
  package var inputShape: [Int] { shape(plan.input.view) }

  /// The input to be filled before a run: (batch, channels, height, width), values from 0 to 1.
  package var input: UnsafeMutableBufferPointer<Float> { tensor(0) }

  /// Runs every step, for one image after another.
  package func run() {
    for image in 0..<batch {
      readImage(image)
      for step in steps { step.run() }
      writeOutputs(image)
    }
  }

  /// The bytes of the session itself; weights are shared by all sessions of a plan.
  package var byteCount: Int { arena.byteCount + tensors.byteCount }

  /// Converts an image from NCHW to the NHWC feature map that the first step reads.
  package func readImage(_ image: Int) {
    guard let start = tensor(0, image).baseAddress else { return }
    readPlanes(start, to: inputMap, microkernels: microkernels, pool: pool)
  }

  /// Converts the results of the steps to the NCHW outputs of an image.
  package func writeOutputs(_ image: Int) {
    for (index, output) in plan.outputs.enumerated() {
      guard let start = tensor(index + 1, image).baseAddress else { continue }
      if let map = outputMaps[index] {
        writePlanes(map, to: start, microkernels: microkernels, pool: pool)
      } else if batch > 1 || !plan.isWholeBuffer(output.view) {
        let view = output.view
        let anchors = lowered.sized.shape(view)[1]
        let rows = (arena.start + lowered.arena.offsets[view.buffer]).assumingMemoryBound(to: Float.self)
        start.update(from: rows + view.lower * anchors, count: (view.upper - view.lower) * anchors)
      }
    }
  }

  /// The shape of an output for one image, such as (84, 8400).
  package func outputShape(_ index: Int) -> [Int] { shape(plan.outputs[index].view) }

  /// The elements of an output, (batch, channels, anchors) or (batch, channels, height, width), valid until the next run.
  package func output(_ index: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(tensor(index + 1)) }

  private func shape(_ view: BufferView) -> [Int] { lowered.sized.shape(view) }

  /// The input, at index 0, or an output, from index 1 on, of all images or of one.
  private func tensor(_ index: Int, _ image: Int? = nil) -> UnsafeMutableBufferPointer<Float> {
    let byteCounts = lowered.tensorByteCounts
    let offset = batch * byteCounts[..<index].reduce(0, +) + (image ?? 0) * byteCounts[index]
    return UnsafeMutableBufferPointer(
      start: (tensors.start + offset).assumingMemoryBound(to: Float.self),
      count: (image == nil ? batch : 1) * byteCounts[index] / ElementType.fp32.byteCount)
  }
}

extension LoweredPlan {
  /// The outputs that steps can write where they are asked for, by buffer: predictions, which are in NCHW, of one image.
  ///
  /// - Parameter tensors: the start of the input, behind which the outputs lie.
  fileprivate func outputsInPlace(_ tensors: UnsafeMutableRawPointer) -> [Int: UnsafeMutableRawPointer] {
    var addresses: [Int: UnsafeMutableRawPointer] = [:]
    for (index, output) in plan.outputs.enumerated() where plan.isWholeBuffer(output.view) {
      addresses[output.view.buffer] = tensors + tensorByteCounts[...index].reduce(0, +)
    }
    return addresses
  }
}

extension Plan {
  /// Whether a view shows all of a buffer of predictions, and no other output shows it.
  fileprivate func isWholeBuffer(_ view: BufferView) -> Bool {
    let buffer = buffers[view.buffer]
    return buffer.extents == nil && view.lower == 0 && view.upper == buffer.channels
      && outputs.filter { $0.view.buffer == view.buffer }.count == 1
  }
}
