import Kernels
import ModelIR

/// A model opened at one input size, with the memory to run it.
///
/// A session runs any number of images at a time, one after another in the memory of one: what makes a larger batch pay
/// on other devices, weights that are read once for many images, a large map gives already, and every further image
/// would only push the others' maps out of the caches.
///
/// Not for use by several threads at once; sessions of one model share its weights.
package final class Session {
  package let plan: Plan
  /// The input size in pixels.
  package let height: Int
  package let width: Int
  /// The images of a run.
  package let batch: Int
  /// The floats of the arena that all buffers share.
  package let arenaCount: Int
  /// The steps in order, with the kernels that this machine runs them by.
  package let steps: [PreparedStep]

  private let weights: Weights
  /// The buffers, and after them the scratch memory of kernels.
  private let arena: AlignedFloats
  /// The inputs of all images, then each output of all images; empty for one image, whose are in the arena.
  private let batchMemory: AlignedFloats
  private let memory: MemoryPlan
  private let pool: ThreadPool

  /// - Parameters:
  ///   - height: A multiple of what the plan's input contract names, in pixels; nothing for the plan's own size.
  ///   - batch: How many images a run takes, at least 1.
  ///   - threads: How many threads a run may use.
  package init(
    _ model: InferenceModel, height: Int? = nil, width: Int? = nil, batch: Int = 1, threads: Int
  ) throws(ModelError) {
    plan = model.plan
    weights = model.weights
    self.batch = batch
    guard batch >= 1 else { throw ModelError("a session runs at least one image, not \(batch)") }
    let input = plan.input
    self.height = height ?? input.height
    self.width = width ?? input.width
    guard self.height > 0, self.width > 0, self.height % input.heightMultiple == 0,
      self.width % input.widthMultiple == 0,
      let memory = MemoryPlan(plan, height: self.height, width: self.width)
    else {
      throw ModelError(
        "an input of \(self.height)x\(self.width) is not legal for this plan; heights are multiples of "
          + "\(input.heightMultiple) and widths of \(input.widthMultiple)")
    }
    self.memory = memory

    let geometry = StepGeometry(plan: plan, height: self.height, width: self.width)
    pool = ThreadPool(threads: threads)
    arenaCount = memory.count
    let scratch = geometry.scratchCount(threads: pool.threads)
    arena = try AlignedFloats(
      count: saturatingSum([memory.count, scratch]), for: "the buffers of an input of \(self.height)x\(self.width)")
    let ends = ([plan.input.view] + plan.outputs.map(\.view)).map { geometry.shape($0).reduce(1, *) }
    batchMemory = try AlignedFloats(
      count: batch == 1 ? 0 : saturatingProduct(batch, saturatingSum(ends)), for: "the tensors of \(batch) images")
    let operands = StepOperands(
      arena: arena.start, memory: memory, scratch: arena.start + memory.count, weights: weights, pool: pool)
    steps = plan.steps.map { prepare($0, geometry, operands) }
  }

  /// The shape of one image, (channels, height, width).
  package var inputShape: [Int] { shape(plan.input.view) }

  /// The input to be filled before a run: (batch, channels, height, width), values from 0 to 1.
  package var input: UnsafeMutableBufferPointer<Float> {
    batch == 1 ? buffer(plan.input.view) : batchBuffer(0)
  }

  /// Runs every step, for one image after another.
  package func run() {
    guard batch > 1 else { return runSteps() }
    for image in 0..<batch {
      copy(batchBuffer(0, image), to: buffer(plan.input.view))
      runSteps()
      for (index, output) in plan.outputs.enumerated() { copy(buffer(output.view), to: batchBuffer(index + 1, image)) }
    }
  }

  private func runSteps() {
    for step in steps { step.run() }
  }

  /// The shape of an output for one image, such as (84, 8400).
  package func outputShape(_ index: Int) -> [Int] { shape(plan.outputs[index].view) }

  /// The numbers of an output, (batch, channels, anchors), valid until the next run.
  package func output(_ index: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(batch == 1 ? buffer(plan.outputs[index].view) : batchBuffer(index + 1))
  }

  private func shape(_ view: BufferView) -> [Int] { plan.type(of: view).shape(height: height, width: width) ?? [] }

  /// What a view shows in the arena.
  private func buffer(_ view: BufferView) -> UnsafeMutableBufferPointer<Float> {
    let shape = shape(view)
    let plane = shape.dropFirst().reduce(1, *)
    return UnsafeMutableBufferPointer(
      start: arena.start + memory.offsets[view.buffer] + view.lower * plane, count: shape.reduce(1, *))
  }

  /// The input, number 0, or an output, from 1 on, of all images or of one.
  private func batchBuffer(_ number: Int, _ image: Int? = nil) -> UnsafeMutableBufferPointer<Float> {
    let counts = ([plan.input.view] + plan.outputs.map(\.view)).map { shape($0).reduce(1, *) }
    let start = batchMemory.start + batch * counts[..<number].reduce(0, +)
    return UnsafeMutableBufferPointer(
      start: start + (image ?? 0) * counts[number], count: (image == nil ? batch : 1) * counts[number])
  }

  private func copy(_ source: UnsafeMutableBufferPointer<Float>, to target: UnsafeMutableBufferPointer<Float>) {
    _ = target.update(fromContentsOf: source)
  }
}
